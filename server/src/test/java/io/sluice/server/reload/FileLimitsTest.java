package io.sluice.server.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileLimitsTest {
  private static final Limit A = limit("a", 1);
  private static final Limit B = limit("b", 1);

  @Test
  void whatWasChangedAtRunTimeStaysWhileTheFileSaysTheSame() {
    Limit put = limit("a", 9);
    Limit added = limit("c", 1);
    assertThat(FileLimits.merge(List.of(A, B), List.of(A, B), List.of(put, B, added)))
        .containsExactly(put, B, added);
    assertThat(FileLimits.merge(List.of(A, B), List.of(A, B), List.of(A)))
        .as("deleted at run time")
        .containsExactly(A);
  }

  @Test
  void whatTheFileChangedCounts() {
    Limit put = limit("a", 9);
    Limit changed = limit("a", 2);
    assertThat(FileLimits.merge(List.of(A, B), List.of(changed, B), List.of(put, B)))
        .containsExactly(changed, B);
    assertThat(FileLimits.merge(List.of(A, B), List.of(B), List.of(put, B))).containsExactly(B);
    assertThat(FileLimits.merge(List.of(A), List.of(B, A), List.of(A))).containsExactly(B, A);
    assertThat(FileLimits.merge(List.of(A), List.of(changed), List.of())).containsExactly(changed);
  }

  @Test
  void changedLimitsAreNamed() {
    assertThat(FileLimits.changed(List.of(A, B), List.of(limit("a", 2), limit("c", 1))))
        .containsExactly("a", "c", "b");
    assertThat(FileLimits.changed(List.of(A, B), List.of(B, A))).isEmpty();
  }

  private static Limit limit(String name, long max) {
    return Limit.of(name, name, new Policy.Concurrency(max, LeaseTerms.DEFAULT));
  }
}
