// Command sluice-example is a client of Sluice: it holds a lease, is refused, waits in the queue, gives back and runs
// into a rate limit. It prints one line per step and "ok" at the end; it exits 1 if an answer is not the expected one.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"example.com/sluice/sluicev1"
)

const (
	leaseTTL   = 10 * time.Second // short, so that a client that dies blocks the others only for so long
	maxWait    = 10 * time.Second
	hold       = 300 * time.Millisecond
	rpcTimeout = 5 * time.Second
	mostTakes  = 100 // of the rate limit, before we say that it does not limit
)

func main() {
	target := flag.String("target", "127.0.0.1:7400", "HOST:PORT or unix:PATH")
	resource := flag.String("resource", "demo/job", "`NAME` under a concurrency limit")
	rateResource := flag.String("rate-resource", "demo/api", "`NAME` under a rate limit")
	flag.Parse()

	if err := run(context.Background(), *target, *resource, *rateResource); err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(ctx context.Context, target, resource, rateResource string) error {
	// The sidecar is on this machine: never go through a proxy that the environment names.
	connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		return err
	}
	defer connection.Close()
	c := client{sluicev1.NewAdmissionServiceClient(connection)}
	if err := leases(ctx, c, resource); err != nil {
		return err
	}
	return rate(ctx, c, rateResource)
}

// leases holds the resource, is refused it, waits for it, and gives it back twice.
func leases(ctx context.Context, c client, resource string) error {
	first, err := granted(c.acquire(ctx, resource, 0))
	if err != nil {
		return err
	}
	if first.LeaseId == "" {
		return fmt.Errorf("expected a lease, got %v", first)
	}
	fmt.Printf("acquired  lease=%s fencing_token=%d\n", first.LeaseId, first.FencingToken)

	refusal, err := c.acquire(ctx, resource, 0)
	if err != nil {
		return err
	}
	if err := reportDenial(refusal, sluicev1.DenialReason_DENIAL_REASON_CONCURRENCY); err != nil {
		return err
	}

	released := make(chan error, 1)
	sent := time.Now()
	time.AfterFunc(hold, func() {
		released <- c.release(ctx, first.LeaseId, sluicev1.ReleaseStatus_RELEASE_STATUS_RELEASED)
	})
	second, err := granted(c.acquire(ctx, resource, maxWait))
	if err != nil {
		return err
	}
	elapsed, waited := time.Since(sent), second.Waited.AsDuration()
	if err := <-released; err != nil {
		return err
	}
	if waited <= 0 || waited > elapsed {
		return fmt.Errorf("expected 0 < waited <= %v, got %v", elapsed, second)
	}
	if second.FencingToken <= first.FencingToken {
		return fmt.Errorf("expected a higher fencing token, got %v", second)
	}
	fmt.Printf("waited    %.3fs lease=%s fencing_token=%d\n", waited.Seconds(), second.LeaseId, second.FencingToken)

	for _, expected := range []sluicev1.ReleaseStatus{
		sluicev1.ReleaseStatus_RELEASE_STATUS_RELEASED,
		sluicev1.ReleaseStatus_RELEASE_STATUS_ALREADY_RELEASED,
	} {
		if err := c.release(ctx, second.LeaseId, expected); err != nil {
			return err
		}
		fmt.Printf("released  status=%s\n", strings.TrimPrefix(expected.String(), "RELEASE_STATUS_"))
	}
	return nil
}

// rate takes from the resource until it is refused.
func rate(ctx context.Context, c client, resource string) error {
	for taken := range mostTakes {
		response, err := c.acquire(ctx, resource, 0)
		if err != nil {
			return err
		}
		if response.GetDenial() != nil {
			fmt.Printf("took      %d of %s\n", taken, resource)
			return reportDenial(response, sluicev1.DenialReason_DENIAL_REASON_RATE)
		}
	}
	return fmt.Errorf("%s was never denied in %d acquires", resource, mostTakes)
}

// reportDenial prints a denial, and fails unless it has the expected reason and says when to come back.
func reportDenial(response *sluicev1.AcquireResponse, expected sluicev1.DenialReason) error {
	denial := response.GetDenial()
	if denial.GetReason() != expected || denial.GetRetryAfter() == nil {
		return fmt.Errorf("expected %v with retry_after, got %v", expected, response)
	}
	fmt.Printf("denied    reason=%s limit=%s retry_after=%.3fs\n",
		strings.TrimPrefix(expected.String(), "DENIAL_REASON_"), denial.Limit, denial.RetryAfter.AsDuration().Seconds())
	return nil
}
