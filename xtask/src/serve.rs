//! The page, on localhost: `www` at `/`, the npm package at `/pkg/`, each file from where it is edited or built.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use axum::{
    Router,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
    },
};
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use crate::workspace;

/// Where the page is served when nothing else is asked for.
pub const DEFAULT_PORT: u16 = 8080;

/// How many ports are tried, one after the other, when the first is busy.
const PORTS: u16 = 20;

/// Serves until the process ends. Port 0 is any free one.
pub fn serve(port: u16) -> Result<()> {
    let wasm = workspace::wasm();
    if !wasm.join("svnr_wasm_bg.wasm").is_file() {
        eprintln!("warning: there is no module in {}; `cargo xtask pkg` builds it", wasm.display());
    }
    let listener = bind(port)?;
    println!("http://localhost:{}/", listener.local_addr()?.port());
    run(listener, site(&workspace::root().join("www"), &workspace::package(), &wasm, &workspace::weights()))
}

fn bind(first: u16) -> Result<TcpListener> {
    let last = if first == 0 { 0 } else { first.saturating_add(PORTS - 1) };
    let mut why = None;
    for port in first..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => why = Some(error),
        }
    }
    match why {
        Some(why) => bail!("no port from {first} to {last} can be opened on localhost: {why}"),
        None => bail!("no port to open"),
    }
}

fn run(listener: TcpListener, site: Router) -> Result<()> {
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_io().build()?.block_on(async {
        axum::serve(tokio::net::TcpListener::from_std(listener)?, site).await?;
        Ok(())
    })
}

fn site(www: &Path, package: &Path, wasm: &Path, weights: &[PathBuf]) -> Router {
    let mut site =
        Router::new().nest_service("/pkg", ServeDir::new(package)).nest_service("/pkg/wasm", ServeDir::new(wasm));
    for (weights, name) in weights.iter().zip(workspace::WEIGHTS) {
        site = site.route_service(&format!("/pkg/{name}"), ServeFile::new(weights));
    }
    site.fallback_service(ServeDir::new(www))
        // A rebuilt module must be seen at the next reload.
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{Read, Write},
        net::{SocketAddr, TcpStream},
        thread,
        time::Duration,
    };

    use super::*;

    fn start() -> (tempfile::TempDir, SocketAddr) {
        let root = tempfile::tempdir().unwrap();
        for (name, contents) in [
            ("www/index.html", "page"),
            ("www/a b.js", "code"),
            ("package/index.js", "package"),
            ("package/wasm/svnr_wasm_bg.wasm", "an older module"),
            ("built/svnr_wasm_bg.wasm", "module"),
            ("svnr.safetensors", "weights"),
            ("svnr-mosaic.safetensors", "weights for RAW files"),
            ("secret", "!"),
        ] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents).unwrap();
        }
        let listener = bind(0).unwrap();
        let address = listener.local_addr().unwrap();
        let [www, package, wasm] = ["www", "package", "built"].map(|name| root.path().join(name));
        let weights = workspace::WEIGHTS.map(|name| root.path().join(name));
        let site = site(&www, &package, &wasm, &weights);
        thread::spawn(|| run(listener, site));
        (root, address)
    }

    /// Status, header fields in lower case, and body.
    fn get(address: SocketAddr, path: &str) -> (u16, String, String) {
        let mut connection = TcpStream::connect(address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), body.to_owned())
    }

    #[test]
    fn the_page_and_the_package() {
        let (_root, address) = start();
        for (path, content_type, contents) in [
            ("/", "text/html", "page"),
            ("/index.html?x=1", "text/html", "page"),
            ("/a%20b.js", "text/javascript", "code"),
            ("/pkg/index.js", "text/javascript", "package"),
            ("/pkg/wasm/svnr_wasm_bg.wasm", "application/wasm", "module"),
            ("/pkg/svnr.safetensors", "application/octet-stream", "weights"),
            ("/pkg/svnr-mosaic.safetensors", "application/octet-stream", "weights for RAW files"),
        ] {
            let (status, head, body) = get(address, path);
            assert_eq!((status, &*body), (200, contents), "{path}");
            assert!(head.contains(&format!("content-type: {content_type}")), "{path}: {head}");
            assert!(head.contains("cache-control: no-cache"), "{path}: {head}");
            // The page shows how much of the module has come.
            assert!(head.contains(&format!("content-length: {}", contents.len())), "{path}: {head}");
        }
        assert_eq!(get(address, "/missing.js").0, 404);
    }

    #[test]
    fn nothing_outside_is_served() {
        let (_root, address) = start();
        for path in [
            "/../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/pkg/../secret",
            "/pkg/wasm/..%5c..%5csecret",
            "//../secret",
        ] {
            let (status, _, body) = get(address, path);
            assert_eq!(status, 404, "{path}");
            assert_ne!(body, "!", "{path}");
        }
    }

    /// Browsers open connections before they know what to ask for.
    #[test]
    fn idle_connections_hold_up_nobody() {
        let (_root, address) = start();
        let idle: Vec<_> = (0..50).map(|_| TcpStream::connect(address).unwrap()).collect();
        assert_eq!(get(address, "/").0, 200);
        drop(idle);
    }

    #[test]
    fn a_busy_port_is_passed_over() {
        let first = bind(0).unwrap();
        let port = first.local_addr().unwrap().port();
        let second = bind(port).unwrap();
        assert_ne!(second.local_addr().unwrap().port(), port);
        assert!(second.local_addr().unwrap().ip().is_loopback());
    }
}
