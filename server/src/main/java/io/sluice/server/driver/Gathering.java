package io.sluice.server.driver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers that make one, in the order of what was asked, in whichever order they come.
 *
 * @param <T> one of them
 */
final class Gathering<T> {
  private final List<@Nullable T> answers;
  private final Consumer<List<T>> complete;
  private int missing;

  Gathering(int count, Consumer<List<T>> complete) {
    this.answers = new ArrayList<>(Collections.nCopies(count, (T) null));
    this.complete = complete;
    this.missing = count;
    if (count == 0) {
      complete.accept(List.of());
    }
  }

  /** Returns where the answer of one place goes. */
  Consumer<T> at(int place) {
    return answer -> {
      answers.set(place, answer);
      if (--missing == 0) {
        List<T> all = new ArrayList<>(answers.size());
        for (T each : answers) {
          if (each != null) {
            all.add(each);
          }
        }
        complete.accept(all);
      }
    };
  }
}
