//! A server that says nothing holds a call up to its own deadline, whoever else waits for it.

use bfc_tenancy::{messages::health::HealthCheckRequest, CallOptions, Client, Code, Target};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn a_call_is_not_held_up_by_the_connecting_of_another() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Arc::new(Client::new(Target::Tls {
        host: "127.0.0.1".into(),
        port: silent.local_addr().unwrap().port(),
        ca: (std::env::var("TENANCY_DATA").unwrap() + "/tls/ca.pem").into(),
        identity: None,
    }));
    let has_ended = Arc::new(AtomicBool::new(false));
    let (patient, note) = (client.clone(), has_ended.clone());
    std::thread::spawn(move || {
        let _ = patient.activity().watch_activity(&CallOptions::default());
        note.store(true, Ordering::SeqCst);
    });
    let options = CallOptions { timeout: Some(Duration::from_millis(200)), ..Default::default() };
    let error = client.health().check_with(&HealthCheckRequest::new(), &options).unwrap_err();
    assert_eq!(error.code, Code::DEADLINE_EXCEEDED, "{}", error);
    assert!(!has_ended.load(Ordering::SeqCst), "the call waited for another one's connecting");
}
