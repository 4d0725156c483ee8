package io.sluice.engine.store;

import java.util.AbstractCollection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Leases in the order they were added. A lease carries its own links and is in one list at most, so
 * adding and removing cost a few instructions and no memory.
 */
public final class LeaseList extends AbstractCollection<Lease> {
  private @Nullable Lease first;
  private @Nullable Lease last;
  private int size;
  private @Nullable Lease nextVisited;

  /** Creates an empty list. */
  public LeaseList() {}

  @Override
  public boolean add(Lease lease) {
    lease.earlier = last;
    if (last == null) {
      first = lease;
    } else {
      last.later = lease;
    }
    last = lease;
    size++;
    return true;
  }

  /** Begins to {@link #visit} anew. */
  public void visitFromStart() {
    nextVisited = first;
  }

  /**
   * Visits some more leases. The list may change between two calls; what is added meanwhile may be
   * visited, too.
   *
   * @return whether there are more
   */
  public boolean visit(int count, Consumer<Lease> visitor) {
    for (int i = 0; i < count && nextVisited != null; i++) {
      Lease lease = nextVisited;
      nextVisited = lease.later;
      visitor.accept(lease);
    }
    return nextVisited != null;
  }

  /** Takes out a lease that is in this list. */
  public void unlink(Lease lease) {
    if (lease == nextVisited) {
      nextVisited = lease.later;
    }
    if (lease.earlier == null) {
      first = lease.later;
    } else {
      lease.earlier.later = lease.later;
    }
    if (lease.later == null) {
      last = lease.earlier;
    } else {
      lease.later.earlier = lease.earlier;
    }
    lease.earlier = null;
    lease.later = null;
    size--;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Iterator<Lease> iterator() {
    return new Iterator<>() {
      private @Nullable Lease next = first;

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public Lease next() {
        Lease lease = next;
        if (lease == null) {
          throw new NoSuchElementException();
        }
        next = lease.later;
        return lease;
      }
    };
  }
}
