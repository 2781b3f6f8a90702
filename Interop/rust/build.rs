// Makes the messages from Protos/, anew with every build.

use std::{env, fs, path::Path, path::PathBuf};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../Protos";
    let root = fs::canonicalize(root).expect("Protos/ is two folders up");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    generate(&root, &out, "tenancy", &["bfc/tenancy/v1", "grpc/health/v1", "google/rpc", "ttrpc"]);
    generate(&root, &out, "echo", &["ttrpc/testing/v1"]);
    let folders = ["bfc/tenancy/v1", "grpc/health/v1"];
    let services: Vec<Service> =
        folders.iter().flat_map(|folder| read_services(&root, folder)).collect();
    fs::write(out.join("dispatch.rs"), dispatch(&services)).unwrap();
    fs::write(out.join("services.rs"), stubs(&services)).unwrap();
}

struct Service {
    /// With its package.
    name: String,
    notes: Vec<String>,
    methods: Vec<Rpc>,
}

struct Rpc {
    name: String,
    notes: Vec<String>,
    /// Paths of types, and whether a stream of them.
    request: (String, bool),
    response: (String, bool),
    is_idempotent: bool,
}

fn read_services(root: &Path, folder: &str) -> Vec<Service> {
    let mut texts: Vec<(String, String)> = fs::read_dir(root.join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().map_or(false, |e| e == "proto"))
        .map(|path| {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (stem, fs::read_to_string(&path).unwrap())
        })
        .collect();
    texts.sort();
    let place = |message: &str| -> String {
        let begin = format!("\nmessage {} ", message);
        let stem = &texts.iter().find(|(_, text)| text.contains(&begin)).unwrap().0;
        format!("m::{}::{}", stem, message)
    };
    let kind = |text: &str| -> (String, bool) {
        let bare = text.trim();
        let streams = bare.starts_with("stream ");
        (place(bare.trim_start_matches("stream ").trim()), streams)
    };
    let package = folder.replace('/', ".");
    let mut services: Vec<Service> = Vec::new();
    for (_, text) in &texts {
        let mut notes = Vec::new();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some(note) = line.strip_prefix("//") {
                notes.push(note.trim().to_owned());
                continue;
            }
            let notes = std::mem::take(&mut notes);
            if let Some(rest) = line.strip_prefix("service ") {
                let name = format!("{}.{}", package, rest.split_whitespace().next().unwrap());
                services.push(Service { name, notes, methods: Vec::new() });
            } else if line.starts_with("rpc ") {
                let mut whole = line.to_owned();
                while !whole.ends_with(';') && !whole.ends_with('{') {
                    whole = format!("{} {}", whole, lines.next().unwrap());
                }
                let has_body = whole.ends_with('{');
                let body: Vec<&str> =
                    if has_body { lines.by_ref().take_while(|l| *l != "}").collect() } else { vec![] };
                let parts: Vec<&str> = whole[4..].split(['(', ')'].as_ref()).collect();
                services.last_mut().unwrap().methods.push(Rpc {
                    name: parts[0].trim().to_owned(),
                    notes,
                    request: kind(parts[1]),
                    response: kind(parts[3]),
                    is_idempotent: body.iter().any(|line| line.contains("idempotency_level")),
                });
            }
        }
    }
    services
}

/// The match from a method's name to its typed call, for the client that the conformance runner
/// drives. What no service has is the echo service's.
fn dispatch(services: &[Service]) -> String {
    let mut arms = String::new();
    for service in services {
        let place = accessor(service.name.rsplit('.').next().unwrap());
        for rpc in &service.methods {
            let name = snake(&rpc.name);
            let body = match (rpc.request.1, rpc.response.1) {
                (false, false) => format!(
                    "unary(asked, |request, options| client.{}().{}_with(request, options))",
                    place, name),
                (false, true) => format!(
                    "server_stream(asked, |request, options| client.{}().{}(request, options))",
                    place, name),
                _ => format!("duplex(asked, |options| client.{}().{}(options))", place, name),
            };
            arms += &format!("    \"{}/{}\" => {},\n", service.name, rpc.name, body);
        }
    }
    format!("match name {{\n{}    _ => echo(client, asked),\n}}\n", arms)
}

/// A type for every service with a function for every method, and how a client comes to it.
fn stubs(services: &[Service]) -> String {
    let mut out = String::from("use crate::messages as m;\n");
    for service in services {
        let name = service.name.rsplit('.').next().unwrap();
        out += &documentation(&service.notes, "");
        out += "#[derive(Clone, Copy)]\n";
        out += &format!("pub struct {}<'a> {{\n    client: &'a Client,\n}}\n\n", name);
        out += &format!("impl {}<'_> {{\n", name);
        for rpc in &service.methods {
            out += &stub(&service.name, rpc);
        }
        out += "}\n\n";
    }
    out += "impl Client {\n";
    for service in services {
        let name = service.name.rsplit('.').next().unwrap();
        out += &format!(
            "    pub fn {}(&self) -> {n}<'_> {{\n        {n} {{ client: self }}\n    }}\n",
            accessor(name), n = name);
    }
    out + "}\n"
}

fn stub(service: &str, rpc: &Rpc) -> String {
    let (request, response) = (&rpc.request.0, &rpc.response.0);
    let method = format!(
        "Method::<{}, {}>::new(\n            \"{}\", \"{}\", {})", request, response, service,
        rpc.name, rpc.is_idempotent);
    let name = snake(&rpc.name);
    let notes = documentation(&rpc.notes, "    ");
    let options = "options: &CallOptions";
    let call = format!("Result<Call<{}, {}>, Error>", request, response);
    if rpc.request.1 {
        return format!(
            "{}    pub fn {}(&self, {}) -> {} {{\n        self.client.stream(&{}, None, options)\n    \
             }}\n\n", notes, name, options, call, method);
    }
    if rpc.response.1 {
        return format!(
            "{}    pub fn {}(&self, request: &{}, {}) -> {} {{\n        self.client.stream(&{}, \
             Some(request), options)\n    }}\n\n", notes, name, request, options, call, method);
    }
    format!(
        "{notes}    pub fn {name}(&self, request: &{request}) -> Result<{response}, Error> {{\n        \
         self.{name}_with(request, &CallOptions::default())\n    }}\n\n    \
         /// As [`Self::{name}`], with options of its own.\n    \
         pub fn {name}_with(&self, request: &{request}, {options}) -> Result<{response}, Error> {{\n        \
         self.client.unary(&{method}, request, options)\n    }}\n\n",
        notes = notes, name = name, request = request, response = response, options = options,
        method = method)
}

fn documentation(notes: &[String], indent: &str) -> String {
    notes.iter().map(|line| format!("{}/// {}\n", indent, line)).collect()
}

/// What the client calls a service, where that is not the service's own name.
fn accessor(service: &str) -> String {
    match service {
        "TenantService" => "tenants".into(),
        "UserService" => "users".into(),
        "SubscriptionService" => "subscriptions".into(),
        "ApiKeyService" => "api_keys".into(),
        "ConfigurationService" => "configurations".into(),
        "TokenService" => "tokens".into(),
        other => snake(other.trim_end_matches("Service")),
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn generate(root: &Path, out: &Path, name: &str, folders: &[&str]) {
    let folder = out.join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for part in folders {
        println!("cargo:rerun-if-changed={}", root.join(part).display());
        for entry in fs::read_dir(root.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().map_or(false, |e| e == "proto") {
                files.push(path);
            }
        }
    }
    files.sort();
    protobuf_codegen_pure::Codegen::new()
        .out_dir(&folder)
        .includes(&[root.to_path_buf(), PathBuf::from("/usr/include")])
        .inputs(&files)
        .run()
        .expect("the files of Protos/ are sound");
    // Inner attributes cannot stand in a file that is included, so each becomes a module by path.
    let mut modules = String::new();
    for file in &files {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let path = folder.join(format!("{}.rs", stem));
        modules += &format!("#[path = {:?}]\npub mod {};\n", path, stem);
    }
    fs::write(out.join(format!("{}.rs", name)), modules).unwrap();
}
