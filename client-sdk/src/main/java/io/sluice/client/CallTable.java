package io.sluice.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The acquires that are not answered yet, by number. A number is a place in an array and how often
 * the place was taken, so that none comes twice. Not thread-safe; bounded by who adds.
 */
final class CallTable {
  private static final int PLACE_BITS = 24;
  private static final int PLACES = 1 << PLACE_BITS;

  private @Nullable Acquiring<?>[] calls = new Acquiring<?>[64];
  private long[] turns = new long[64];
  private int[] free = new int[64];
  private int freeCount;
  private int used;
  private int size;

  /** Adds a call and returns its number. */
  long add(Acquiring<?> call) {
    int place = freeCount > 0 ? free[--freeCount] : used++;
    if (place >= PLACES) {
      throw new IllegalStateException("acquires under way must be at most " + PLACES);
    }
    if (place == calls.length) {
      calls = Arrays.copyOf(calls, place * 2);
      turns = Arrays.copyOf(turns, place * 2);
      free = Arrays.copyOf(free, place * 2);
    }
    calls[place] = call;
    size++;
    return ++turns[place] << PLACE_BITS | place;
  }

  @Nullable Acquiring<?> get(long number) {
    int place = (int) (number & (PLACES - 1));
    return place < used && turns[place] == number >>> PLACE_BITS ? calls[place] : null;
  }

  /** Takes a call out; null if it is not there. */
  @Nullable Acquiring<?> remove(long number) {
    Acquiring<?> call = get(number);
    if (call != null) {
      int place = (int) (number & (PLACES - 1));
      calls[place] = null;
      free[freeCount++] = place;
      size--;
    }
    return call;
  }

  /** Takes a call out that is not answered any more. */
  void discard(long number) {
    var unused = remove(number);
  }

  int size() {
    return size;
  }

  List<Acquiring<?>> all() {
    List<Acquiring<?>> all = new ArrayList<>(size);
    for (int place = 0; place < used; place++) {
      Acquiring<?> call = calls[place];
      if (call != null) {
        all.add(call);
      }
    }
    return all;
  }
}
