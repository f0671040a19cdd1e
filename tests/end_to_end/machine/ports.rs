//! Ports of the loopback that the machines share.

use std::net::TcpListener;

/// One that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
