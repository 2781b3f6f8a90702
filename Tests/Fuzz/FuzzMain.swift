internal import Glibc

/// The fuzz targets, of which `TTRPC_FUZZ_TARGET` names the one that runs.
///
/// One program for all of them, because most of what they link is the same. Its `main` is
/// libFuzzer's. A trap is a finding: in the server it would take every tenant down.
enum FuzzMain {
    static let targets: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
        "frames": FrameFuzzing.run,
        "streams": StreamTableFuzzing.run,
        "envelope": EnvelopeFuzzing.run,
        "messages": MessageFuzzing.run,
        "connection": ConnectionFuzzing.run,
        "client": ClientFuzzing.run,
        "texts": TextFuzzing.run,
    ]

    static let target: @Sendable (UnsafeRawBufferPointer) -> Void = {
        let name = getenv("TTRPC_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = targets[name] else {
            print("TTRPC_FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: ", "))")
            exit(64)
        }
        return target
    }()
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzMain.target(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
