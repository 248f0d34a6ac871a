//! Where a request comes from: the other end of the connection, unless that is a proxy that is trusted to say.

use std::net::IpAddr;
use std::str::FromStr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The header in which proxies say for whom they ask, the nearest one last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// An address of a proxy, or a net of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy(IpNet);

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let net = text
            .parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.map(Self)
            .map_err(|_| "expected an IP address or a net such as 10.0.0.0/8".to_owned())
    }
}

/// The proxies whose word counts; by default nobody's.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<Proxy>);

impl TrustedProxies {
    /// These.
    #[must_use]
    pub fn new(proxies: Vec<Proxy>) -> Self {
        Self(proxies)
    }

    /// Where the request comes from, as far as anybody trusted says.
    pub(crate) fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let said = request.headers().get_all(FORWARDED_FOR);
        let said: Vec<_> = said.filter_map(|value| value.to_str().ok()).collect();
        let said: Vec<_> = said.iter().flat_map(|value| value.split(',')).collect();
        Some(self.first_untrusted(request.peer_addr()?.ip(), &said))
    }

    fn first_untrusted(&self, peer: IpAddr, said: &[&str]) -> IpAddr {
        let mut client = peer;
        for said in said.iter().rev() {
            if !self
                .0
                .iter()
                .any(|proxy| proxy.0.contains(&client.to_canonical()))
            {
                break;
            }
            match said.trim().parse() {
                Ok(address) => client = address,
                // Whatever it means, it is the word of the last one that is known.
                Err(_) => break,
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, said: &[&str]) -> String {
        let proxies = proxies.iter().map(|one| one.parse().unwrap()).collect();
        let peer = peer.parse().unwrap();
        TrustedProxies::new(proxies)
            .first_untrusted(peer, said)
            .to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let said = ["203.0.113.7", "10.0.0.2"];
        assert_eq!(client(&[], "10.0.0.1", &said), "10.0.0.1");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &said), "10.0.0.2");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &said), "203.0.113.7");
        // What the client itself wrote in front is nobody trusted's word.
        let forged = ["127.0.0.1", "203.0.113.7", "10.0.0.2"];
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &forged), "203.0.113.7");
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", &["\"; x=1"]),
            "10.0.0.1"
        );
        assert_eq!(
            client(&["127.0.0.1"], "::ffff:127.0.0.1", &said),
            "10.0.0.2"
        );
        assert!("everybody".parse::<Proxy>().is_err());
    }
}
