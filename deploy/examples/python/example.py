"""A client of Sluice: hold a lease, be refused, wait in the queue, give back, run into a rate limit.

Prints one line per step and `ok` at the end; exits 1 if an answer is not the expected one.
"""

import argparse
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import grpc
from google.protobuf.duration_pb2 import Duration
from sluice.v1 import admission_pb2 as admission
from sluice.v1 import types_pb2 as types
from sluice.v1.admission_service_pb2_grpc import AdmissionServiceStub

LEASE_TTL = timedelta(seconds=10)  # short, so that a client that dies blocks the others only for so long
MAX_WAIT = timedelta(seconds=10)
HOLD = timedelta(milliseconds=300)
RPC_TIMEOUT = timedelta(seconds=5)
MOST_TAKES = 100  # of the rate limit, before we say that it does not limit


class Unexpected(Exception):
    """An answer that a correct server would not have given."""


def expect(condition: bool, message: object) -> None:
    if not condition:
        raise Unexpected(message)


def seconds(duration: Duration) -> float:
    return duration.ToTimedelta().total_seconds()


class Client:
    """The two calls that a client needs, with deadlines."""

    def __init__(self, channel: grpc.Channel):
        self._stub = AdmissionServiceStub(channel)

    def acquire(self, resource: str, max_wait: timedelta = timedelta()) -> admission.AcquireResponse:
        request = admission.AcquireRequest(
            request_id=str(uuid.uuid4()),  # a retry with the same id gets the same grant
            client_id="example-python",
            demands=[types.Demand(resource=resource)],
        )
        request.ttl.FromTimedelta(LEASE_TTL)
        request.max_wait.FromTimedelta(max_wait)
        # The deadline of the call bounds the wait, so it must be the longer one.
        return self._stub.Acquire(request, timeout=(max_wait + RPC_TIMEOUT).total_seconds())

    def release(self, lease_id: str, outcome: types.Outcome = types.OUTCOME_SUCCESS) -> str:
        request = admission.ReleaseRequest(releases=[admission.Release(lease_id=lease_id, outcome=outcome)])
        response = self._stub.Release(request, timeout=RPC_TIMEOUT.total_seconds())
        name = admission.ReleaseStatus.Name(response.results[0].status)
        return name.removeprefix("RELEASE_STATUS_")


def granted(response: admission.AcquireResponse) -> admission.Grant:
    expect(response.WhichOneof("result") == "grant", f"expected a grant, got {response}")
    return response.grant


def denied(response: admission.AcquireResponse, reason: str) -> admission.Denial:
    expect(response.WhichOneof("result") == "denial", f"expected a denial, got {response}")
    denial = response.denial
    expect(reason_of(denial) == reason, f"expected reason {reason}, got {denial}")
    expect(denial.HasField("retry_after"), f"expected retry_after, got {denial}")
    return denial


def reason_of(denial: admission.Denial) -> str:
    return types.DenialReason.Name(denial.reason).removeprefix("DENIAL_REASON_")


def describe(denial: admission.Denial) -> str:
    return f"reason={reason_of(denial)} limit={denial.limit} retry_after={seconds(denial.retry_after):.3f}s"


def run(client: Client, resource: str, rate_resource: str) -> None:
    first = granted(client.acquire(resource))
    expect(first.lease_id, f"expected a lease, got {first}")
    print(f"acquired  lease={first.lease_id} fencing_token={first.fencing_token}")

    print(f"denied    {describe(denied(client.acquire(resource), 'CONCURRENCY'))}")

    def work_then_release() -> str:
        time.sleep(HOLD.total_seconds())
        return client.release(first.lease_id)

    with ThreadPoolExecutor() as pool:
        sent = time.monotonic()
        released = pool.submit(work_then_release)
        second = granted(client.acquire(resource, MAX_WAIT))
        expect(released.result() == "RELEASED", f"expected RELEASED, got {released.result()}")
    waited, elapsed = seconds(second.waited), time.monotonic() - sent
    expect(0 < waited <= elapsed, f"expected 0 < waited <= {elapsed}, got {second}")
    expect(second.fencing_token > first.fencing_token, f"expected a higher fencing token, got {second}")
    print(f"waited    {waited:.3f}s lease={second.lease_id} fencing_token={second.fencing_token}")

    for expected in "RELEASED", "ALREADY_RELEASED":
        status = client.release(second.lease_id)
        expect(status == expected, f"expected {expected}, got {status}")
        print(f"released  status={status}")

    for taken in range(MOST_TAKES):
        response = client.acquire(rate_resource)
        if response.WhichOneof("result") == "denial":
            print(f"took      {taken} of {rate_resource}")
            print(f"denied    {describe(denied(response, 'RATE'))}")
            return
    raise Unexpected(f"{rate_resource} was never denied in {MOST_TAKES} acquires")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default="127.0.0.1:7400", help="HOST:PORT or unix:PATH (default: %(default)s)")
    parser.add_argument("--resource", default="demo/job", help="under a concurrency limit (default: %(default)s)")
    parser.add_argument("--rate-resource", default="demo/api", help="under a rate limit (default: %(default)s)")
    args = parser.parse_args()

    # The sidecar is on this machine: never go through a proxy that the environment names.
    with grpc.insecure_channel(args.target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            run(Client(channel), args.resource, args.rate_resource)
        except Unexpected as error:
            print(f"failed: {error}", file=sys.stderr)
            return 1
        except grpc.RpcError as error:
            print(f"failed: {error.code().name}: {error.details()}", file=sys.stderr)
            return 1
    print("ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
