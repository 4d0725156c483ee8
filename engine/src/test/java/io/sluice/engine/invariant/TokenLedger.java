package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Usage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What each rate has granted, held against a model of each bucket. */
final class TokenLedger {
  /** With fewer, keys may share a bucket. */
  private static final int FEW_KEYS = 100;

  private final AdmissionEngine engine;
  private final Where where;
  private final Map<Need.Key, TokenModel> models = new HashMap<>();

  /** Limits of which a bucket may have less than its model: keys shared one, or the burst rose. */
  private final Set<ActiveLimit> poorer = new HashSet<>();

  TokenLedger(AdmissionEngine engine, Where where) {
    this.engine = engine;
    this.where = where;
  }

  void take(Need need, long now) {
    for (Map.Entry<Need.Key, Long> entry : need.permits.entrySet()) {
      if (entry.getKey().limit().limit().policy() instanceof Policy.Rate rate) {
        TokenModel model =
            models.computeIfAbsent(entry.getKey(), key -> new TokenModel(rate.scale(), now));
        Invariant.WINDOW_BOUND.require(
            model.holds(entry.getValue(), now),
            where,
            "%s of %s granted %d with %s there",
            entry.getKey().limit().name(),
            entry.getKey().key(),
            entry.getValue(),
            model.tokens());
        model.take(entry.getValue(), now);
      }
    }
  }

  void giveBack(Need need, long now) {
    for (Map.Entry<Need.Key, Long> entry : need.permits.entrySet()) {
      giveBack(entry.getKey(), entry.getValue(), now);
    }
  }

  /** Gives back to one key, and to every other that may have shared its bucket. */
  private void giveBack(Need.Key to, long permits, long now) {
    Limit limit = to.limit().limit();
    boolean shares = !limit.key().isEmpty() && limit.maxKeys() < FEW_KEYS;
    if (shares) {
      poorer.add(to.limit());
    }
    models.forEach(
        (key, model) -> {
          if (key.equals(to) || (shares && key.limit() == to.limit())) {
            model.giveBack(permits, now);
          }
        });
  }

  /**
   * Makes what was taken on an estimate what was taken in truth. What is owed by a key that may
   * have shared a bucket is left out: then the model only says how much there is at most.
   *
   * @param more what was taken beyond the estimate; negative = less
   */
  void settle(Held held, long more, long now) {
    if (more == 0) {
      return;
    }
    for (Charge charge : held.lease.claim().charges()) {
      for (Map.Entry<Need.Key, TokenModel> entry : models.entrySet()) {
        Need.Key key = entry.getKey();
        if (!charge.isSettled()
            || key.limit() != charge.bucket().limit()
            || !held.need.permits.containsKey(key)) {
          continue;
        }
        if (more < 0) {
          giveBack(key, -more, now);
        } else if (key.key().values().isEmpty()) {
          entry.getValue().debit(more, now);
        } else {
          poorer.add(key.limit());
        }
      }
    }
  }

  /** Fills the buckets of a limit. */
  void reset(String limit, long now) {
    models.forEach(
        (key, model) -> {
          if (key.limit().name().equals(limit)) {
            model.reset(now);
          }
        });
  }

  /** Notes a limit whose buckets may begin with less than all. */
  void begun(ActiveLimit limit) {
    poorer.add(limit);
  }

  void rescale(String limit, Policy policy, long now) {
    if (policy instanceof Policy.Rate rate) {
      engine.limits().stream().filter(l -> l.name().equals(limit)).forEach(poorer::add);
      models.forEach(
          (key, model) -> {
            if (key.limit().name().equals(limit)) {
              model.rescale(rate.scale(), now);
            }
          });
    }
  }

  /** Requires that some rate has less than a token more than what was refused of it. */
  void requireTooFew(Need need, long now) {
    for (ActiveLimit limit : engine.limits()) {
      Usage usage = engine.store().usage(limit, now);
      if (!limit.limit().key().isEmpty() && usage.buckets() > limit.limit().maxKeys()) {
        poorer.add(limit);
      }
    }
    boolean explained = false;
    for (Map.Entry<Need.Key, Long> entry : need.permits.entrySet()) {
      TokenModel model = models.get(entry.getKey());
      explained |= !(entry.getKey().limit().limit().policy() instanceof Policy.Rate);
      explained |= poorer.contains(entry.getKey().limit());
      explained |= model != null && !model.holds(entry.getValue() + 1, now);
      explained |= entry.getValue() > entry.getKey().limit().limit().largestAsk();
    }
    Invariant.NO_UNDER_ADMISSION.require(
        explained, where, "%s refused and the tokens are there", need.permits);
  }

  /** Drops full buckets of keys, as the engine may. */
  void forgetFull(long now) {
    models
        .entrySet()
        .removeIf(e -> !e.getKey().key().values().isEmpty() && e.getValue().isFull(now));
  }
}
