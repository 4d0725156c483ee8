package io.sluice.client;

import io.sluice.proto.v1.AcquireRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The numbers under which the server keeps what is asked for more than once. Of those that were not
 * used for longest the numbers are given to others. Not thread-safe.
 */
final class Shapes {
  static final int MAX = 1024;
  private static final float LOAD = 0.75f;

  private final Map<AcquireRequest, Shape> byRequest = new LinkedHashMap<>(64, LOAD, true);
  private final Deque<Integer> free = new ArrayDeque<>();
  private int last;

  /** Returns the shape of a request, which may still have to be told. */
  Shape of(AcquireRequest request) {
    Shape shape = byRequest.get(request);
    return shape != null ? shape : add(request);
  }

  /** Has every shape told anew: the server has forgotten them. */
  void forgetTold() {
    byRequest.values().forEach(shape -> shape.told = false);
  }

  private Shape add(AcquireRequest request) {
    if (byRequest.size() == MAX) {
      Iterator<Shape> oldest = byRequest.values().iterator();
      Shape gone = oldest.next();
      oldest.remove();
      gone.owner = null;
      free.add(gone.number);
    }
    Integer number = free.poll();
    Shape shape = new Shape(this, request, number == null ? ++last : number, number != null);
    byRequest.put(request, shape);
    return shape;
  }

  /** A number, and whether the server knows it. */
  static final class Shape {
    private final AcquireRequest request;
    private final int number;
    private final boolean renumbered;
    private @Nullable Shapes owner;
    private boolean told;

    private Shape(Shapes owner, AcquireRequest request, int number, boolean renumbered) {
      this.owner = owner;
      this.request = request;
      this.number = number;
      this.renumbered = renumbered;
    }

    boolean isOf(Shapes shapes) {
      return owner == shapes;
    }

    AcquireRequest request() {
      return request;
    }

    /** Returns whether its number stood for another one before. */
    boolean isRenumbered() {
      return renumbered;
    }

    int number() {
      return number;
    }

    /** Returns whether the server has to be told first; not again after this. */
    boolean isNews() {
      boolean news = !told;
      told = true;
      return news;
    }
  }
}
