@testable internal import TTRPC

/// The two tables of streams against a model that is too simple to be wrong: a list.
enum StreamTableFuzzing {
    private static let callsMax = 4

    static func run(_ input: UnsafeRawBufferPointer) {
        server(input)
        client(input)
    }

    /// Three bytes a step: what comes, on which stream, with which flags.
    private static func steps(
        _ input: UnsafeRawBufferPointer, _ body: (UInt8, UInt32, FrameFlags) -> Void
    ) {
        var index = 0
        while index + 2 < input.count {
            // All ids are small, so that streams meet, except those near the end of the range.
            let byte = input[index + 1]
            let id = byte < 0xf0 ? UInt32(byte) : UInt32.max - UInt32(0xff - byte)
            body(input[index], id, FrameFlags(rawValue: input[index + 2]))
            index += 3
        }
    }

    private static func server(_ input: UnsafeRawBufferPointer) {
        var streams = ServerStreams<UInt32>(callsMax: callsMax)
        var model: [UInt32: Bool] = [:]
        var last: UInt32 = 0
        steps(input) { step, id, flags in
            switch step % 4 {
            case 0, 1:
                let isValid = !id.isMultiple(of: 2) && id > last
                if isValid { last = id }
                let action = streams.receiveRequest(id)
                let isDispatched = isValid && model.count < callsMax
                precondition((action == .dispatch) == isDispatched)
                guard isDispatched else { return }
                streams.register(id, id, isRemoteOpen: step % 4 == 0)
                model[id] = step % 4 == 0
            case 2: checkData(streams.receiveData(id, flags: flags), id, flags, &model)
            default: precondition(streams.end(id) == (model.removeValue(forKey: id) != nil))
            }
            precondition(streams.count == model.count && streams.isEmpty == model.isEmpty)
        }
    }

    private static func checkData(
        _ action: ServerStreams<UInt32>.DataAction, _ id: UInt32, _ flags: FrameFlags,
        _ model: inout [UInt32: Bool]
    ) {
        let isClosing = flags.contains(.remoteClosed)
        let isEmpty = flags.contains(.noData)
        switch action {
        case .ignore: precondition(model[id] == nil)
        case .deliver(let call, let hasMessage, let isEnd):
            precondition(call == id && model[id] == true)
            precondition(hasMessage == !isEmpty && isEnd == isClosing)
            model[id] = !isClosing
        case .fail(let call, _): precondition(call == id && model[id] == false)
        case .giveUp(let call):
            precondition(call == id && model[id] != nil && isClosing && isEmpty)
        }
    }

    private static func client(_ input: UnsafeRawBufferPointer) {
        var streams = ClientStreams<UInt32>()
        var open: Set<UInt32> = []
        steps(input) { step, id, flags in
            let header = FrameHeader(
                length: 0, stream: id, type: FrameType(rawValue: flags.rawValue), flags: flags)
            switch step % 8 {
            case 0, 1:
                guard let next = streams.nextID else { return }
                let kinds = MethodKind.allCases
                streams.register(next, next, kind: kinds[Int(flags.rawValue) % kinds.count])
                open.insert(next)
            case 2: check(streams.receiveResponse(id), id, &open)
            case 3: check(streams.receiveData(id, flags: flags), id, &open)
            case 4: check(streams.receiveOversized(header, dataBytesMax: 64), id, &open)
            case 5: check(streams.receiveUnknown(header), id, &open)
            case 6: if streams.closeLocal(id) { precondition(open.contains(id)) }
            default: precondition(streams.forget(id) == (open.remove(id) != nil))
            }
            precondition(streams.count == open.count)
        }
        precondition(streams.removeAll() == open.sorted())
    }

    private static func check(
        _ action: ClientStreams<UInt32>.Action, _ id: UInt32, _ open: inout Set<UInt32>
    ) {
        switch action {
        case .ignore: precondition(!open.contains(id))
        case .answer(let call), .fail(let call, _, _):
            precondition(call == id && open.remove(id) != nil)
        case .deliver(let call, _, let isEnd):
            precondition(call == id && open.contains(id))
            if isEnd { open.remove(id) }
        }
    }
}
