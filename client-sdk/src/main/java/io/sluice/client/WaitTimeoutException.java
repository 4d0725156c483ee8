package io.sluice.client;

import io.sluice.proto.v1.Denial;

/** The acquire waited in the queue as long as it was let, in vain. */
public final class WaitTimeoutException extends ConcurrencyException {
  WaitTimeoutException(Denial denial) {
    super(denial);
  }
}
