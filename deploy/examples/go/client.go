package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"example.com/sluice/sluicev1"
)

// client makes the two calls that a program needs, with deadlines.
type client struct {
	stub sluicev1.AdmissionServiceClient
}

// acquire asks for one permit, and waits in the queue for it if maxWait > 0.
func (c client) acquire(ctx context.Context, resource string, maxWait time.Duration) (*sluicev1.AcquireResponse, error) {
	// The deadline of the call bounds the wait, so it must be the longer one.
	ctx, cancel := context.WithTimeout(ctx, maxWait+rpcTimeout)
	defer cancel()
	return c.stub.Acquire(ctx, &sluicev1.AcquireRequest{
		RequestId: rand.Text(), // a retry with the same id gets the same grant
		ClientId:  "example-go",
		Demands:   []*sluicev1.Demand{{Resource: resource}},
		Ttl:       durationpb.New(leaseTTL),
		MaxWait:   durationpb.New(maxWait),
	})
}

// release gives a lease back as a success, and fails unless the answer is the expected one.
func (c client) release(ctx context.Context, leaseID string, expected sluicev1.ReleaseStatus) error {
	ctx, cancel := context.WithTimeout(ctx, rpcTimeout)
	defer cancel()
	response, err := c.stub.Release(ctx, &sluicev1.ReleaseRequest{
		Releases: []*sluicev1.Release{{LeaseId: leaseID, Outcome: sluicev1.Outcome_OUTCOME_SUCCESS}},
	})
	if err != nil {
		return err
	}
	if len(response.Results) != 1 || response.Results[0].Status != expected {
		return fmt.Errorf("expected %v, got %v", expected, response)
	}
	return nil
}

// granted unpacks a grant; it wraps acquire.
func granted(response *sluicev1.AcquireResponse, err error) (*sluicev1.Grant, error) {
	if err != nil {
		return nil, err
	}
	if response.GetGrant() == nil {
		return nil, fmt.Errorf("expected a grant, got %v", response)
	}
	return response.GetGrant(), nil
}
