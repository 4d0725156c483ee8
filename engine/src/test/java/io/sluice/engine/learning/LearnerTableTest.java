package io.sluice.engine.learning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.store.Bucket;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LearnerTableTest {
  private final EngineFixture engine = EngineFixture.of(limit("a"), limit("b"));
  private final LearnerTable table = new LearnerTable();

  @Test
  void thoseOfALimitAreFoundInTheirOrderAndNoOthers() {
    Learner x = added("a", "x");
    Learner other = added("b", "x");
    Learner y = added("a", "y");

    assertThat(table.of(active("a"))).containsExactly(x, y);
    assertThat(table.of(active("b"))).containsExactly(other);
    assertThat(table.all()).containsExactly(x, y, other);
    assertThat(table.size()).isEqualTo(3);
    assertThat(table.find(bucket("a", "y"))).isSameAs(y);
    assertThat(table.find(bucket("b", "y"))).isNull();
  }

  @Test
  void aLimitWithoutAnyLeavesNothingBehind() {
    Learner x = added("a", "x");
    Learner y = added("a", "y");
    Learner other = added("b", "x");

    table.remove(x);
    table.remove(x);
    assertThat(table.of(active("a"))).containsExactly(y);
    assertThat(table.limits()).isEqualTo(2);
    table.remove(y);
    assertThat(table.of(active("a"))).isEmpty();
    assertThat(table.limits()).isEqualTo(1);
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.all()).containsExactly(other);
  }

  @Test
  void nothingIsFoundInAnEmptyOne() {
    assertThat(table.of(active("a"))).isEmpty();
    assertThat(table.find(bucket("a", "x"))).isNull();
    assertThat(table.all()).isEmpty();
  }

  private Learner added(String limit, String key) {
    Learner learner = new Learner(bucket(limit, key), new SplittableRandom(1), engine.now());
    table.add(learner);
    return learner;
  }

  private Bucket bucket(String limit, String key) {
    return engine
        .engine()
        .store()
        .peekBucket(active(limit), new BucketKey(List.of(key)), engine.now());
  }

  private ActiveLimit active(String limit) {
    return engine.active(limit);
  }

  private static Limit limit(String name) {
    return Limit.of(name, name, EngineFixture.rate(10, Duration.ofSeconds(1), 1))
        .withKey("tenant")
        .withLearning(Learning.NONE.withRate(AimdRules.of(10, 1, 10)));
  }
}
