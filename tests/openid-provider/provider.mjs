// An OpenID provider that others wrote (oidc-provider), for one test: `node provider.mjs PORT [unnamed]`.
//
// It says in one line on standard output who it is and who may ask it for tokens, and ends with its standard input.
// Its keys, one for each algorithm, and the client's secret are made anew at every start; with `unnamed` the keys are
// published without their algorithm wherever the standards allow it. A client that asks for the resource
// `urn:example:AUDIENCE:ALGORITHM` gets a token for that audience, signed so.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const CLIENT = "night-job";

// Longer than any test moves its clock ahead.
const LIFETIME = 12 * 60 * 60;

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  PS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
  Ed25519: ["ed25519", {}],
};

const [port, names] = process.argv.slice(2);
const keys = Object.entries(KINDS).map(([algorithm, kind]) => ({
  ...generateKeyPairSync(...kind).privateKey.export({ format: "jwk" }),
  ...(names === "unnamed" ? {} : { alg: algorithm }),
  use: "sig",
}));
const secret = randomBytes(32).toString("hex");

process.stdin.resume();
process.stdin.once("end", () => process.exit());

const server = createServer();
server.listen(Number(port), "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [
    {
      client_id: CLIENT,
      client_secret: secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(_context, indicator) {
        const [, , audience, algorithm] = indicator.split(":");
        return {
          accessTokenFormat: "jwt",
          accessTokenTTL: LIFETIME,
          audience,
          jwt: { sign: { alg: algorithm } },
          scope: "",
        };
      },
    },
  },
});
server.on("request", provider.callback());
console.log(JSON.stringify({ issuer, client: CLIENT, secret }));
