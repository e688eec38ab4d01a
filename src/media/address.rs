//! Which addresses may be asked. A message can have any address in it, also one that points into the private network of
//! the machine that runs this program, so only machines of the public internet are asked, and only with https.
//!
//! A name is resolved once: its addresses are checked, and the connection goes to one that was checked.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use hyper::header::HeaderMap;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;
use url::{Host, Url};

/// The vendor's own API. Its media may need the token, which goes nowhere else.
#[derive(Clone, Debug)]
pub struct VendorHost {
    /// Its address.
    pub base: Url,
    /// The headers with the token.
    pub headers: HeaderMap,
}

impl VendorHost {
    /// Whether an address is that of the API.
    pub fn has(&self, address: &Url) -> bool {
        self.base.origin() == address.origin()
    }
}

/// Which machines may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Whether this machine itself may be, without https too. Only a vendor that is on this machine may point there.
    loopback: bool,
}

/// An address may not be asked.
#[derive(Clone, Copy, Debug)]
pub struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address is not on the public internet, or not https")
    }
}

impl std::error::Error for NotAllowed {}

impl Policy {
    /// The policy for what a vendor points to.
    pub fn of(vendor: Option<&VendorHost>) -> Self {
        let loopback = vendor.is_some_and(|vendor| match vendor.base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        });
        Self { loopback }
    }

    /// Checks all of an address that can be checked without asking for a name.
    pub fn check(self, address: &Url) -> Result<(), NotAllowed> {
        let has_login = !address.username().is_empty() || address.password().is_some();
        let is_ip_allowed = match address.host() {
            Some(Host::Ipv4(ip)) => self.allows(ip.into()),
            Some(Host::Ipv6(ip)) => self.allows(ip.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        };
        let is_secure = match address.scheme() {
            "https" => true,
            // Then the host is checked to be this machine, now or when its name is resolved.
            "http" => self.loopback && is_this_machine(address),
            _ => false,
        };
        if has_login || !is_ip_allowed || !is_secure {
            return Err(NotAllowed);
        }
        Ok(())
    }

    /// Whether a connection to this address is allowed.
    fn allows(self, ip: IpAddr) -> bool {
        is_public(ip) || self.loopback && ip.is_loopback()
    }
}

fn is_this_machine(address: &Url) -> bool {
    match address.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Resolves names, and returns only addresses that are allowed.
#[derive(Clone, Debug)]
pub struct CheckedResolver(pub Policy);

impl Service<Name> for CheckedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let policy = self.0;
        Box::pin(async move {
            let lookup = move || (name.as_str(), 0).to_socket_addrs();
            let found = tokio::task::spawn_blocking(lookup).await??;
            let allowed: Vec<_> = found.filter(|found| policy.allows(found.ip())).collect();
            if allowed.is_empty() {
                return Err(NotAllowed.into());
            }
            Ok(allowed.into_iter())
        })
    }
}

/// Whether an address is on the public internet (the special-purpose registries of IANA).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, d] = ip.octets();
    let is_special = match a {
        // This network, private, and multicast with what is reserved and the broadcast.
        0 | 10 | 127 | 224.. => true,
        // Shared by the customers of a provider; some clouds have their metadata there.
        100 => (64..128).contains(&b),
        // Link-local: the metadata of most clouds.
        169 => b == 254,
        172 => (16..32).contains(&b),
        // Protocol assignments, documentation, 6to4 relays, private.
        192 => matches!((b, c), (0, 0 | 2) | (88, 99) | (168, _)),
        // Benchmarks, documentation.
        198 => matches!((b, c), (18 | 19, _) | (51, 100)),
        203 => (b, c) == (0, 113),
        // Azure's own server for its machines.
        168 => (b, c, d) == (63, 129, 16),
        _ => false,
    };
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address, and one behind a translator (NAT64).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        // 6to4 has an IPv4 address in it, too.
        [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments with Teredo, and documentation.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // All else that is public begins with 001.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_asked() {
        for ip in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "168.63.129.17",
            "223.255.255.255",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::",
            "3fff:0:1::",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn addresses_are_read_as_a_browser_reads_them() {
        let vendor = |base: &str| VendorHost {
            base: Url::parse(base).unwrap(),
            headers: HeaderMap::new(),
        };
        let cloud = Policy::of(Some(&vendor("https://api.botpress.cloud")));
        let local = Policy::of(Some(&vendor("http://127.0.0.1:1234")));
        for (address, in_cloud, at_home) in [
            ("https://files.example.com/a", true, true),
            ("https://localhost/a", true, true), // Its name is checked when it is resolved.
            ("http://files.example.com/a", false, false),
            ("http://127.0.0.1/a", false, true),
            ("http://127.1:8080/a", false, true),
            ("http://0x7f000001/a", false, true),
            ("http://[::1]/a", false, true),
            ("http://localhost/a", false, true),
            ("http://192.168.0.1/a", false, false),
            ("https://2130706433/a", false, true), // 127.0.0.1 as one number.
            ("https://0251.0376.0251.0376/a", false, false), // 169.254.169.254 in octal.
            ("https://[::ffff:a9fe:a9fe]/a", false, false),
            ("https://user:word@files.example.com/a", false, false),
            ("ftp://files.example.com/a", false, false),
            ("file:///etc/passwd", false, false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(cloud.check(&url).is_ok(), in_cloud, "{address}");
            assert_eq!(local.check(&url).is_ok(), at_home, "{address}");
        }
        assert!(
            Policy::of(None)
                .check(&Url::parse("http://[::1]/").unwrap())
                .is_err()
        );
    }
}
