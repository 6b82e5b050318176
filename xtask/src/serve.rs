//! The page, on localhost: `www` at `/`, the npm package at `/pkg/`.

use std::{
    fs::{self, File},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::{Result, anyhow, bail};
use tiny_http::{Header, Method, Request, Response, ResponseBox, Server, StatusCode};

use crate::workspace;

/// Where the page is served when nothing else is asked for.
pub const DEFAULT_PORT: u16 = 8080;

/// How many ports are tried, one after the other, when the first is busy.
const PORTS: u16 = 20;

/// Browsers open six connections at a time; a slow one must not hold up the others.
const THREADS: usize = 8;

/// Serves until the process ends. Port 0 is any free one.
pub fn serve(port: u16) -> Result<()> {
    let server = Arc::new(bind(port)?);
    let address = server.server_addr().to_ip().ok_or_else(|| anyhow!("the server has no address"))?;
    let site = Arc::new(Site { www: workspace::root().join("www"), package: workspace::package() });
    if !site.package.join("package.json").is_file() {
        eprintln!("warning: there is no package in {}; `cargo xtask pkg` builds it", site.package.display());
    }
    println!("http://localhost:{}/", address.port());

    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (server, site) = (Arc::clone(&server), Arc::clone(&site));
            thread::spawn(move || {
                for request in server.incoming_requests() {
                    answer(&site, request);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| anyhow!("the server failed"))?;
    }
    Ok(())
}

fn bind(first: u16) -> Result<Server> {
    let last = if first == 0 { 0 } else { first.saturating_add(PORTS - 1) };
    let mut why = None;
    for port in first..=last {
        match Server::http((Ipv4Addr::LOCALHOST, port)) {
            Ok(server) => return Ok(server),
            Err(error) => why = Some(error),
        }
    }
    match why {
        Some(why) => bail!("no port from {first} to {last} can be opened on localhost: {why}"),
        None => bail!("no port to open"),
    }
}

fn answer(site: &Site, request: Request) {
    let response = match request.method() {
        Method::Get | Method::Head => site.get(request.url()),
        _ => refuse(405),
    };
    // The browser may have gone away in the meantime: that is its own business.
    let _ = request.respond(response);
}

struct Site {
    www: PathBuf,
    package: PathBuf,
}

impl Site {
    fn get(&self, url: &str) -> ResponseBox {
        let Some(path) = self.find(url) else { return refuse(404) };
        // Relative links in a page need the slash at the end of a directory's address.
        if path.is_dir() && !url_path(url).ends_with('/') {
            return refuse(301)
                .with_header(header("Location", &format!("/{}/", url_path(url).trim_start_matches('/'))));
        }
        let path = if path.is_dir() { path.join("index.html") } else { path };
        let Ok(file) = File::open(&path) else { return refuse(404) };
        Response::from_file(file)
            // Never in chunks: the page shows how much of the module has come, and needs to know its length.
            .with_chunked_threshold(usize::MAX)
            .with_header(header("Content-Type", content_type(&path)))
            // A rebuilt module must be seen at the next reload.
            .with_header(header("Cache-Control", "no-cache"))
            .with_header(header("X-Content-Type-Options", "nosniff"))
            .boxed()
    }

    /// The file or directory for a URL: `None` if there is none, or if it would lie outside of what is served.
    fn find(&self, url: &str) -> Option<PathBuf> {
        let parts = parts(url_path(url))?;
        let (directory, rest) = match parts.split_first() {
            Some((first, rest)) if first == "pkg" => (&self.package, rest),
            _ => (&self.www, &parts[..]),
        };
        let path = fs::canonicalize(rest.iter().fold(directory.clone(), |path, part| path.join(part))).ok()?;
        // A symbolic link may lead anywhere.
        path.starts_with(fs::canonicalize(directory).ok()?).then_some(path)
    }
}

fn url_path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// The parts of a URL's path, decoded; `None` if one of them is not a plain file name.
fn parts(path: &str) -> Option<Vec<String>> {
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| decode(part).filter(|name| name != "." && name != ".." && !name.contains(['/', '\\', ':', '\0'])))
        .collect()
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "md" | "sha256" | "ts" | "txt" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn refuse(status: u16) -> ResponseBox {
    let status = StatusCode(status);
    Response::from_string(format!("{} {}\n", status.0, status.default_reason_phrase()))
        .with_status_code(status)
        .with_header(header("Cache-Control", "no-cache"))
        .boxed()
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values here are plain text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> (tempfile::TempDir, Site) {
        let root = tempfile::tempdir().unwrap();
        for (name, contents) in
            [("www/index.html", "page"), ("www/a b.js", "code"), ("built/svnr_wasm_bg.wasm", "module"), ("secret", "!")]
        {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents).unwrap();
        }
        let site = Site { www: root.path().join("www"), package: root.path().join("built") };
        (root, site)
    }

    fn header_of<'a>(response: &'a ResponseBox, name: &'static str) -> Option<&'a str> {
        response.headers().iter().find(|header| header.field.equiv(name)).map(|header| header.value.as_str())
    }

    fn status(site: &Site, url: &str) -> u16 {
        site.get(url).status_code().0
    }

    #[test]
    fn the_page_and_the_package() {
        let (_root, site) = site();
        for (url, content_type) in [
            ("/", "text/html; charset=utf-8"),
            ("/index.html?x=1", "text/html; charset=utf-8"),
            ("/a%20b.js", "text/javascript; charset=utf-8"),
            ("/pkg/svnr_wasm_bg.wasm", "application/wasm"),
        ] {
            let response = site.get(url);
            assert_eq!(response.status_code(), 200, "{url}");
            assert_eq!(header_of(&response, "Content-Type"), Some(content_type), "{url}");
            assert_eq!(header_of(&response, "Cache-Control"), Some("no-cache"), "{url}");
        }
        assert_eq!(status(&site, "/missing.js"), 404);
        assert_eq!(header_of(&site.get("/pkg"), "Location"), Some("/pkg/"));
    }

    #[test]
    fn nothing_outside_is_served() {
        let (root, site) = site();
        for url in [
            "/../secret",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/pkg/../secret",
            "/pkg/..%5csecret",
            "//../secret",
            "/%",
            "/%ff",
            "/a%00",
        ] {
            assert_eq!(status(&site, url), 404, "{url}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.path().join("secret"), root.path().join("www/link")).unwrap();
            assert_eq!(status(&site, "/link"), 404);
        }
    }

    #[test]
    fn a_busy_port_is_passed_over() {
        let first = bind(0).unwrap();
        let port = first.server_addr().to_ip().unwrap().port();
        let second = bind(port).unwrap();
        assert_ne!(second.server_addr().to_ip().unwrap().port(), port);
        assert!(second.server_addr().to_ip().unwrap().ip().is_loopback());
    }
}
