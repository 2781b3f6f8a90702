// Read by the compiler alone, to see that the types say what each call takes and gives.

import { TenancyClient, TenancyError, v1 } from "bfc-tenancy";
import type { ConsumeRequest, Input } from "bfc-tenancy/v1";

export async function remaining(socketPath: string, tenantCode: string): Promise<bigint> {
  const tenancy = new TenancyClient({ socketPath }, { timeoutMs: 2000 });
  try {
    const answer = await tenancy.quota.checkQuota({
      tenantCode, resource: v1.Resource.USERS, amount: 1,
    });
    return answer.remaining;
  } catch (error) {
    if (error instanceof TenancyError && error.reason === "QUOTA_EXCEEDED") return 0n;
    throw error;
  } finally {
    tenancy.close();
  }
}

export async function follow(tenancy: TenancyClient, signal: AbortSignal): Promise<void> {
  for await (const event of tenancy.watchActivity({ tenantCode: "acme" }, { signal })) {
    const action: string | undefined = event.activity?.action;
    console.log(action, event.resumeToken);
  }
}

export const oneCall: Input<ConsumeRequest> = {
  tenantCode: "acme", resource: v1.Resource.API_CALLS, amount: 1,
};
