// A client of Sluice: hold a lease, be refused, wait in the queue, give back, run into a rate limit.
// Prints one line per step and `ok` at the end; exits 1 if an answer is not the expected one.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROTO_FOLDER = fileURLToPath(new URL("../../../proto/src/main/proto", import.meta.url));

const LEASE_TTL_MILLIS = 10_000; // short, so that a client that dies blocks the others only for so long
const MAX_WAIT_MILLIS = 10_000;
const HOLD_MILLIS = 300;
const RPC_TIMEOUT_MILLIS = 5_000;
const MOST_TAKES = 100; // of the rate limit, before we say that it does not limit

const { AdmissionService } = grpc.loadPackageDefinition(
  protoLoader.loadSync("sluice/v1/admission_service.proto", {
    includeDirs: [PROTO_FOLDER],
    defaults: true,
    enums: String,
    longs: String, // a fencing token has 64 bits, a Number bears 53
    oneofs: true,
  }),
).sluice.v1;

/** The two calls that a client needs, as promises with deadlines. */
class Client {
  #stub;

  constructor(target) {
    // The sidecar is on this machine: never go through a proxy that the environment names.
    this.#stub = new AdmissionService(target, grpc.credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  }

  acquire(resource, maxWaitMillis = 0) {
    const request = {
      requestId: randomUUID(), // a retry with the same id gets the same grant
      clientId: "example-node",
      demands: [{ resource }],
      ttl: toDuration(LEASE_TTL_MILLIS),
      maxWait: toDuration(maxWaitMillis),
    };
    // The deadline of the call bounds the wait, so it must be the longer one.
    return this.#call("acquire", request, maxWaitMillis + RPC_TIMEOUT_MILLIS);
  }

  async release(leaseId, outcome = "OUTCOME_SUCCESS") {
    const { results } = await this.#call("release", { releases: [{ leaseId, outcome }] }, RPC_TIMEOUT_MILLIS);
    return results[0].status.replace("RELEASE_STATUS_", "");
  }

  close() {
    this.#stub.close();
  }

  #call(method, request, timeoutMillis) {
    return promisify(this.#stub[method]).call(this.#stub, request, { deadline: Date.now() + timeoutMillis });
  }
}

function toDuration(millis) {
  return { seconds: Math.floor(millis / 1000), nanos: (millis % 1000) * 1e6 };
}

function toSeconds(duration) {
  return duration ? Number(duration.seconds) + duration.nanos / 1e9 : 0;
}

function show(message) {
  return JSON.stringify(message);
}

function granted(response) {
  assert(response.result === "grant", `expected a grant, got ${show(response)}`);
  return response.grant;
}

function denied(response, reason) {
  assert(response.result === "denial", `expected a denial, got ${show(response)}`);
  assert(reasonOf(response.denial) === reason, `expected reason ${reason}, got ${show(response)}`);
  assert(response.denial.retryAfter, `expected retry_after, got ${show(response)}`);
  return response.denial;
}

function reasonOf(denial) {
  return denial.reason.replace("DENIAL_REASON_", "");
}

function describe(denial) {
  return `reason=${reasonOf(denial)} limit=${denial.limit} retry_after=${toSeconds(denial.retryAfter).toFixed(3)}s`;
}

async function run(client, resource, rateResource) {
  const first = granted(await client.acquire(resource));
  assert(first.leaseId, `expected a lease, got ${show(first)}`);
  console.log(`acquired  lease=${first.leaseId} fencing_token=${first.fencingToken}`);

  console.log(`denied    ${describe(denied(await client.acquire(resource), "CONCURRENCY"))}`);

  const sent = performance.now();
  const [second, releasedFirst] = await Promise.all([
    client.acquire(resource, MAX_WAIT_MILLIS).then(granted),
    sleep(HOLD_MILLIS).then(() => client.release(first.leaseId)),
  ]);
  const elapsed = (performance.now() - sent) / 1000;
  const waited = toSeconds(second.waited);
  assert(releasedFirst === "RELEASED", `expected RELEASED, got ${releasedFirst}`);
  assert(0 < waited && waited <= elapsed, `expected 0 < waited <= ${elapsed}, got ${show(second)}`);
  assert(BigInt(second.fencingToken) > BigInt(first.fencingToken), `expected a higher token, got ${show(second)}`);
  console.log(`waited    ${waited.toFixed(3)}s lease=${second.leaseId} fencing_token=${second.fencingToken}`);

  for (const expected of ["RELEASED", "ALREADY_RELEASED"]) {
    const status = await client.release(second.leaseId);
    assert(status === expected, `expected ${expected}, got ${status}`);
    console.log(`released  status=${status}`);
  }

  for (let taken = 0; taken < MOST_TAKES; taken++) {
    const response = await client.acquire(rateResource);
    if (response.result === "denial") {
      console.log(`took      ${taken} of ${rateResource}`);
      console.log(`denied    ${describe(denied(response, "RATE"))}`);
      return;
    }
  }
  assert.fail(`${rateResource} was never denied in ${MOST_TAKES} acquires`);
}

const { values: options } = parseArgs({
  options: {
    target: { type: "string", default: "127.0.0.1:7400" }, // HOST:PORT or unix:PATH
    resource: { type: "string", default: "demo/job" }, // under a concurrency limit
    "rate-resource": { type: "string", default: "demo/api" }, // under a rate limit
  },
});
const client = new Client(options.target);
try {
  await run(client, options.resource, options["rate-resource"]);
  console.log("ok");
} catch (error) {
  console.error(`failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
