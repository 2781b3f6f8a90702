//! The bytes of a connection, in plain text or in TLS, never waiting.

use crate::error::{Code, Error};
use openssl::ssl::{
    ErrorCode, HandshakeError, SslConnector, SslFiletype, SslMethod, SslStream, SslVersion,
};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::io::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the server is, and who calls.
#[derive(Clone, Debug)]
pub enum Target {
    /// A server on this machine, by the path of its socket. The kernel tells it who calls.
    Unix(PathBuf),
    /// A server over TLS 1.3, by PEM files: the roots to trust, and the client's certificate and key.
    Tls { host: String, port: u16, ca: PathBuf, identity: Option<(PathBuf, PathBuf)> },
}

impl Target {
    pub fn unix(path: impl Into<PathBuf>) -> Target {
        Target::Unix(path.into())
    }

    pub(crate) fn connect(&self, timeout: Duration) -> Result<Link, Error> {
        self.try_connect(timeout)
            .map_err(|error| Error::new(Code::UNAVAILABLE, format!("cannot connect: {}", error)))
    }

    fn try_connect(&self, timeout: Duration) -> Result<Link, Box<dyn std::error::Error>> {
        match self {
            Target::Unix(path) => {
                Ok(Link::Plain(connect_unix(path)?))
            }
            Target::Tls { host, port, ca, identity } => {
                let mut builder = SslConnector::builder(SslMethod::tls_client())?;
                builder.set_min_proto_version(Some(SslVersion::TLS1_3))?;
                builder.set_alpn_protos(b"\x05ttrpc")?;
                builder.set_ca_file(ca)?;
                if let Some((certificate, key)) = identity {
                    builder.set_certificate_chain_file(certificate)?;
                    builder.set_private_key_file(key, SslFiletype::PEM)?;
                }
                let connector = builder.build();
                let mut last: io::Error = io::ErrorKind::NotFound.into();
                for address in (host.as_str(), *port).to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, timeout) {
                        Ok(stream) => {
                            stream.set_nodelay(true)?;
                            stream.set_read_timeout(Some(timeout))?;
                            stream.set_write_timeout(Some(timeout))?;
                            return Ok(Link::Tls(handshake(&connector, host, stream)?));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last.into())
            }
        }
    }
}

/// Without waiting: connecting to a server that accepts nobody would not end.
fn connect_unix(path: &Path) -> io::Result<UnixStream> {
    let name = path.as_os_str().as_bytes();
    // SAFETY: zeros are a valid address.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    if name.len() >= address.sun_path.len() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the socket's path is too long"));
    }
    for (place, byte) in address.sun_path.iter_mut().zip(name) {
        *place = *byte as libc::c_char;
    }
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: the call takes no pointers.
    let descriptor = unsafe { libc::socket(libc::AF_UNIX, kind, 0) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is new, and nobody else's.
    let stream = unsafe { UnixStream::from_raw_fd(descriptor) };
    let length = std::mem::size_of::<libc::sockaddr_un>() as libc::socklen_t;
    // SAFETY: the address lives for the call and has the length that is given.
    let result =
        unsafe { libc::connect(descriptor, (&address as *const libc::sockaddr_un).cast(), length) };
    if result == 0 {
        Ok(stream)
    } else {
        Err(io::Error::last_os_error())
    }
}

fn handshake(
    connector: &SslConnector, host: &str, stream: TcpStream,
) -> Result<SslStream<TcpStream>, Box<dyn std::error::Error>> {
    match connector.connect(host, stream) {
        Ok(session) => {
            session.get_ref().set_nonblocking(true)?;
            Ok(session)
        }
        Err(HandshakeError::WouldBlock(_)) => Err("the TLS handshake took too long".into()),
        Err(error) => Err(error.to_string().into()),
    }
}

pub(crate) enum Link {
    Plain(UnixStream),
    Tls(SslStream<TcpStream>),
}

impl Link {
    pub fn descriptor(&self) -> RawFd {
        match self {
            Link::Plain(stream) => stream.as_raw_fd(),
            Link::Tls(session) => session.get_ref().as_raw_fd(),
        }
    }

    /// `None` when it would wait, 0 at the end.
    pub fn read(&mut self, bytes: &mut [u8]) -> io::Result<Option<usize>> {
        match self {
            Link::Plain(stream) => unblocked(stream.read(bytes)),
            Link::Tls(session) => tls(session.ssl_read(bytes)),
        }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<Option<usize>> {
        match self {
            Link::Plain(stream) => unblocked(stream.write(bytes)),
            Link::Tls(session) => tls(session.ssl_write(bytes)),
        }
    }
}

fn unblocked(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn tls(result: Result<usize, openssl::ssl::Error>) -> io::Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.code(), ErrorCode::WANT_READ | ErrorCode::WANT_WRITE) => Ok(None),
        Err(error) if error.code() == ErrorCode::ZERO_RETURN => Ok(Some(0)),
        Err(error) => Err(io::Error::new(io::ErrorKind::Other, error.to_string())),
    }
}
