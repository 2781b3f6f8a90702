internal import TTRPC
internal import TenancyAPI

/// Every message that a server reads, through the generated types: whatever is accepted can be
/// written, and reads back as the same value.
enum MessageFuzzing {
    /// The first byte chooses the type, the rest is the message.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let type = types[Int(first) % types.count]
        roundTrip(type, bytes)
    }

    private static func roundTrip<Message: ProtobufMessage>(
        _ type: Message.Type, _ bytes: UnsafeRawBufferPointer
    ) {
        guard let message = try? Message(wire: bytes) else { return }
        do throws(RPCError) {
            let written = try message.wireBytes()
            let again = try Message(wire: written)
            // Not by value: NaN does not equal itself.
            let writtenAgain = try again.wireBytes()
            precondition(writtenAgain == written, "\(type) does not survive")
        } catch {
            // A few bytes may ask for more memory than writing is allowed.
            precondition(error.code == .resourceExhausted, "\(type): \(error)")
        }
    }

    private static let types: [any ProtobufMessage.Type] = {
        let types = requestTypes
        let names = Set(types.map { $0.fullName })
        let missing = Set(TenancyServices.all.flatMap { $0.methods.map(\.request) })
            .subtracting(names)
        precondition(missing.isEmpty, "no fuzzing of \(missing.sorted())")
        return types
    }()
}
