internal import Reactor

extension TTRPCClient {
    private enum HedgeEvent<Response: Sendable>: Sendable {
        case delayPassed
        case ended(Result<Response, CallFailure>)
    }

    /// One try, or several side by side. Whatever loses is cancelled before this returns.
    func hedged<Request, Response>(
        _ hedging: HedgingConfiguration, _ method: MethodDescriptor<Request, Response>,
        _ request: Request, _ options: CallOptions, _ deadline: MonotonicInstant?
    ) async -> UnaryCall<Request, Response>.Outcome {
        await withTaskGroup(of: HedgeEvent<Response>.self) { group in
            var plan = HedgePlan(hedging)
            func begin() {
                group.addTask {
                    .ended(await self.attempt(method, request, options, deadline))
                }
                guard plan.mayBeginMore else { return }
                group.addTask {
                    // A sleep that is cancelled finds a plan that has ended.
                    try? await Task.sleep(for: hedging.delay)
                    return .delayPassed
                }
            }
            begin()
            while let event = await group.next() {
                switch event {
                case .delayPassed:
                    if takeHedge(&plan) { begin() }
                case .ended(.success(let response)):
                    group.cancelAll()
                    return .success(response)
                case .ended(.failure(let failure)):
                    guard plan.failed(failure.error) else { continue }
                    group.cancelAll()
                    return .failure(failure)
                }
            }
            preconditionFailure("the last try to end is the call's outcome")
        }
    }
}
