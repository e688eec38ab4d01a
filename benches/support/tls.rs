//! A server for clients on this machine over TLS, with HTTP/1.1 or HTTP/2, and a connection to it.

use std::convert::Infallible;
use std::env;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const CERTIFICATE: &str = "benches/support/localhost.pem";
const KEY: &str = "benches/support/localhost-key.pem";

/// A protocol, as TLS names it.
#[derive(Clone, Copy)]
pub enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// What is sent, and how long after the request.
pub struct Answer {
    pub body: Bytes,
    pub is_gzipped: bool,
    pub latency: Duration,
}

/// The file with the server's certificate. A client has to trust it.
pub fn certificate() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(CERTIFICATE)
}

/// Starts a server that calls `answer` for the target of each request, until the program ends. Returns its address.
pub fn serve<A>(protocol: Protocol, answer: A) -> Result<String>
where
    A: Fn(&str) -> Answer + Send + Sync + 'static,
{
    let acceptor = acceptor(protocol)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address: SocketAddr = listener.local_addr()?;
    let answer = Arc::new(answer);
    thread::spawn(move || {
        runtime.block_on(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, acceptor.clone(), answer.clone()));
            }
        });
    });
    Ok(format!("https://localhost:{}", address.port()))
}

/// Connects to such a server, without a choice of the protocol, so that it speaks HTTP/1.1.
pub fn connect(url: &str) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let address = url.strip_prefix("https://").unwrap_or(url);
    let host = address.split(':').next().unwrap_or(address).to_owned();
    let mut trusted = RootCertStore::empty();
    trusted.add(read_certificate()?)?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), host.try_into()?)?;
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(StreamOwned::new(connection, stream))
}

fn read_certificate() -> Result<CertificateDer<'static>> {
    Ok(CertificateDer::from_pem_slice(&fs::read(certificate())?)?)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn acceptor(protocol: Protocol) -> Result<TlsAcceptor> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let certificate = read_certificate()?;
    let key = PrivateKeyDer::from_pem_slice(&fs::read(folder.join(KEY))?)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    let name: &[u8] = match protocol {
        Protocol::Http1 => b"http/1.1",
        Protocol::Http2 => b"h2",
    };
    config.alpn_protocols = vec![name.to_owned()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A client that disconnects is no error here. The bench checks its exit status.
async fn converse<A>(stream: tokio::net::TcpStream, acceptor: TlsAcceptor, answer: Arc<A>)
where
    A: Fn(&str) -> Answer + Send + Sync + 'static,
{
    stream.set_nodelay(true).ok();
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer.clone();
        async move {
            let arrived = Instant::now();
            let target = request.uri().path_and_query();
            let answer = answer(target.map_or("/", |target| target.as_str()));
            Ok::<_, Infallible>(respond(answer, arrived).await)
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    let io = TokioIo::new(stream);
    builder.serve_connection(io, service).await.ok();
}

async fn respond(answer: Answer, arrived: Instant) -> Response<Full> {
    if !answer.latency.is_zero() {
        // The runtime's own timer is a millisecond late.
        let due = arrived + answer.latency;
        let sleep = move || thread::sleep(due.saturating_duration_since(Instant::now()));
        let wait = tokio::task::spawn_blocking(sleep);
        wait.await.ok();
    }
    let mut response = Response::builder().header("content-type", "application/json");
    if answer.is_gzipped {
        response = response.header("content-encoding", "gzip");
    }
    let body = Full::new(answer.body);
    response.body(body).expect("the headers are valid")
}

type Full = http_body_util::Full<Bytes>;
