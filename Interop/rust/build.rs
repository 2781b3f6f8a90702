// Makes the messages from Protos/, anew with every build.

use std::{env, fs, path::Path, path::PathBuf};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").unwrap() + "/../../Protos";
    let root = fs::canonicalize(root).expect("Protos/ is two folders up");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap());
    generate(&root, &out, "tenancy", &["bfc/tenancy/v1", "grpc/health/v1", "google/rpc", "ttrpc"]);
    generate(&root, &out, "echo", &["ttrpc/testing/v1"]);
    dispatch(&root, &out);
}

/// The match from a method's name to its types, for the client that the conformance runner drives.
fn dispatch(root: &Path, out: &Path) {
    let mut arms = String::new();
    let folders = [("bfc/tenancy/v1", "m"), ("grpc/health/v1", "m"), ("ttrpc/testing/v1", "")];
    for (folder, module) in folders {
        let texts: Vec<(String, String)> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().map_or(false, |e| e == "proto"))
            .map(|path| {
                let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
                (stem, without_comments(&fs::read_to_string(&path).unwrap()))
            })
            .collect();
        let place = |message: &str| -> String {
            let begin = format!("message {} ", message);
            let stem = &texts.iter().find(|(_, text)| text.contains(&begin)).unwrap().0;
            let path = if module.is_empty() { stem.clone() } else { format!("{}::{}", module, stem) };
            format!("{}::{}", path, message)
        };
        for (_, text) in &texts {
            let mut service = String::new();
            let words: Vec<&str> = text.split_whitespace().collect();
            for (i, word) in words.iter().enumerate() {
                match *word {
                    "service" => service = format!("{}.{}", folder.replace('/', "."), words[i + 1]),
                    "rpc" => {
                        let rest = words[i + 1..].join(" ");
                        let (name, rest) = rest.split_once('(').unwrap();
                        let (request, rest) = rest.split_once(')').unwrap();
                        let (_, rest) = rest.split_once('(').unwrap();
                        let (response, rest) = rest.split_once(')').unwrap();
                        let bare = |text: &str| text.trim_start_matches("stream ").to_owned();
                        let is_idempotent = rest
                            .trim_start()
                            .strip_prefix('{')
                            .and_then(|body| body.split_once('}'))
                            .map_or(false, |(body, _)| body.contains("idempotency_level"));
                        arms += &format!(
                            "    \"{}/{}\" => call::<{}, {}>(client, fields, {}),\n",
                            service, name.trim(), place(&bare(request)), place(&bare(response)),
                            is_idempotent);
                    }
                    _ => {}
                }
            }
        }
    }
    arms += "    _ => call::<echo::EchoRequest, echo::EchoResponse>(client, fields, true),\n";
    let text = format!("match format!(\"{{}}/{{}}\", fields[1], fields[2]).as_str() {{\n{}}}\n", arms);
    fs::write(out.join("dispatch.rs"), text).unwrap();
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
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
