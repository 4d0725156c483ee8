package io.sluice.server.state;

import io.sluice.engine.adaptive.concurrency.SavedConcurrency;
import io.sluice.engine.adaptive.rate.SavedRate;
import io.sluice.engine.breaker.Breaker;
import io.sluice.engine.breaker.SavedBreaker;
import io.sluice.engine.learning.SavedLearning;
import io.sluice.proto.state.v1.Learned;
import io.sluice.proto.state.v1.LearnedBreaker;
import io.sluice.proto.state.v1.LearnedConcurrency;
import io.sluice.proto.state.v1.LearnedRate;

/** Records of what buckets have learned. */
final class LearnedRecords {
  private LearnedRecords() {}

  static Learned write(SavedLearning saved) {
    Learned.Builder learned = Learned.newBuilder().setLimit(saved.limit()).addAllKey(saved.key());
    SavedRate rate = saved.found().rate();
    if (rate != null) {
      learned.setRate(
          LearnedRate.newBuilder()
              .setRate(rate.rate())
              .setPlateau(rate.plateau())
              .setAgeNanos(rate.ageNanos())
              .setLearned(rate.learned())
              .setHoldNanos(rate.holdNanos()));
    }
    SavedConcurrency concurrency = saved.found().concurrency();
    if (concurrency != null) {
      learned.setConcurrency(
          LearnedConcurrency.newBuilder()
              .setLimit(concurrency.limit())
              .setBaseline(concurrency.baseline())
              .setWeight(concurrency.weight()));
    }
    SavedBreaker breaker = saved.breaker();
    if (breaker != null) {
      learned.setBreaker(write(breaker));
    }
    return learned.build();
  }

  private static LearnedBreaker write(SavedBreaker breaker) {
    boolean open = breaker.state() == Breaker.State.OPEN;
    return LearnedBreaker.newBuilder()
        .setOpen(breaker.state() != Breaker.State.CLOSED)
        .setInStateNanos(breaker.inStateNanos())
        .setRestNanos(open ? breaker.restNanos() : 0)
        .setOpenNanos(breaker.openNanos())
        .setOpened(breaker.opened())
        .setPeriod(breaker.period())
        .setLastProbe(breaker.lastProbe())
        .setFailureRatio(breaker.failureRatio())
        .setSlowRatio(breaker.slowRatio())
        .build();
  }

  static SavedLearning read(Learned learned, long atNanos) {
    return new SavedLearning(
        learned.getLimit(),
        learned.getKeyList(),
        atNanos,
        new SavedLearning.Found(
            learned.hasRate() ? read(learned.getRate()) : null,
            learned.hasConcurrency() ? read(learned.getConcurrency()) : null),
        learned.hasBreaker() ? read(learned.getBreaker()) : null);
  }

  private static SavedRate read(LearnedRate rate) {
    return new SavedRate(
        rate.getRate(),
        rate.getPlateau(),
        rate.getAgeNanos(),
        rate.getLearned(),
        rate.getHoldNanos());
  }

  private static SavedConcurrency read(LearnedConcurrency concurrency) {
    return new SavedConcurrency(
        concurrency.getLimit(), concurrency.getBaseline(), concurrency.getWeight());
  }

  private static SavedBreaker read(LearnedBreaker breaker) {
    return new SavedBreaker(
        breaker.getOpen() ? Breaker.State.OPEN : Breaker.State.CLOSED,
        breaker.getInStateNanos(),
        breaker.getOpen() ? breaker.getRestNanos() : Long.MAX_VALUE,
        breaker.getOpenNanos(),
        breaker.getOpened(),
        breaker.getPeriod(),
        breaker.getLastProbe(),
        null,
        breaker.getFailureRatio(),
        breaker.getSlowRatio(),
        null);
  }
}
