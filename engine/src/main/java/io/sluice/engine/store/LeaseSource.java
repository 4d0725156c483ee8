package io.sluice.engine.store;

/** Where leases lie that were saved. */
@FunctionalInterface
public interface LeaseSource {
  /** Has none. */
  LeaseSource NONE =
      position -> {
        throw new IllegalArgumentException("no lease at " + position);
      };

  /** Reads the lease at a position. */
  SavedLease read(long position);
}
