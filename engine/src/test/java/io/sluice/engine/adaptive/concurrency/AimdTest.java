package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AimdTest {
  private final ConcurrencyController controller =
      AimdRules.DEFAULT.controller(new SplittableRandom(1), 0);

  @Test
  void oneOverloadCutsOnce() {
    for (int i = 0; i < 20; i++) {
      controller.ended(Ending.DROPPED, i, 20 - i, 1000 + i);
    }
    assertThat(controller.limit()).isEqualTo(18);
    assertThat(controller.lastMove()).isEqualTo(new LimitMove(1000, 20, 18, LimitMove.Cause.DROPS));
    controller.ended(Ending.DROPPED, 1000, 1, 2000); // began with the cut
    assertThat(controller.limit()).isEqualTo(18);
    controller.ended(Ending.DROPPED, 1001, 1, 2000);
    assertThat(controller.limit()).isEqualTo(16);
  }

  @Test
  void whatBeganBeforeACutDoesNotGrowItEither() {
    controller.ended(Ending.DROPPED, 1, 20, 1000);
    for (int i = 0; i < 100; i++) {
      controller.ended(Ending.SERVED, 5, 18, 1001);
    }
    assertThat(controller.limit()).isEqualTo(18);
  }

  @Test
  void growsByOneInARound() {
    for (int i = 0; i < 21; i++) {
      controller.ended(Ending.SERVED, 1, 10, 2);
    }
    assertThat(controller.limit()).isEqualTo(21);
    assertThat(controller.lastMove().cause()).isEqualTo(LimitMove.Cause.ROOM);
  }

  @Test
  void doesNotGrowUnused() {
    for (int i = 0; i < 1000; i++) {
      controller.ended(Ending.SERVED, 1, 9, 2);
      controller.ended(Ending.IGNORED, 1, 20, 2);
    }
    assertThat(controller.save()).isEqualTo(new SavedConcurrency(20, 0, 0));
    assertThat(controller.lastMove()).isNull();
  }

  @Test
  void countsTheSlowAsDropped() {
    controller.ended(Ending.SERVED, 1, 20, 1 + TimeUnit.SECONDS.toNanos(5));
    assertThat(controller.limit()).isEqualTo(18);
  }

  @Test
  void needsNoTimerAndGoesOnAfterARestart() {
    controller.started(1, 1);
    controller.advance(2);
    assertThat(controller.nextNanos()).isEqualTo(Long.MAX_VALUE);
    controller.restore(new SavedConcurrency(33.5, 0, 0), 3);
    assertThat(controller.save()).isEqualTo(new SavedConcurrency(33.5, 0, 0));
    controller.adjust(2, 4);
    assertThat(controller.limit()).isEqualTo(67);
    controller.rules(new AimdRules(1, 1, 50, 0.5, TimeUnit.SECONDS.toNanos(1)), 5);
    assertThat(controller.limit()).isEqualTo(50);
    controller.ended(Ending.DROPPED, 6, 1, 7);
    assertThat(controller.limit()).isEqualTo(25);
    assertThatThrownBy(() -> controller.rules(VegasRules.DEFAULT, 8))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageStartingWith("controller must stay aimd");
  }
}
