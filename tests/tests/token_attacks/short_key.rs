//! A token by an RSA key of 1,024 bits, which no library of today makes.
//!
//! It was signed once with `openssl genrsa 1024` and `openssl dgst -sha256 -sign`; the key was thrown away. If what a
//! good token says changes, it has to be made anew, and a test says so.

/// The modulus.
pub(crate) const MODULUS: &str = "v1DCBf9crCj5WkJ6RP-IMAHII2-FlmC-n7_NJrCYkGOdMYifNyokzDyEG1tqH8Za0TmptYR7iYSXnNK112_KAEZ-O2_Tv8bdaPuUHfPDiAr22Tk1i1PE3htnG3VZFCmyAisla1O1xOf-kjByJ-oikZ4nj4dwj3vm2JS_Hn5X-Lc";

/// The token.
pub(crate) const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6InNob3J0IiwidHlwIjoiYXQrand0In0.eyJhdWQiOiJmYWxsYnVjaCIsImV4cC\
    I6MTc3Nzg5OTYwMCwiaWF0IjoxNzc3ODk2MDAwLCJpc3MiOiJodHRwczovL2thbmFyaWVudm9nZWwuZXhhbXBsZS5v\
    cmciLCJzdWIiOiJhbm5hLWthbmFyaWVudm9nZWwifQ.qCaWI6A_qjsEb1lXnomJ6u-wUemu5iryUXYdxxn8oLYS5-a\
    ukWFxjrSZ54WICHPtc4oLyDBtjJpPoiQgU6iJdmEoGferWfmYEONPaeZi-vyJug1YlCbzzrzLwRtbiP9t4loWBjLk0\
    NrFOHXlTZy1X1A97gXOaYnyhM36rB757lI";
