package io.sluice.server.redis;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Ledger.Health;
import io.sluice.engine.store.shared.Ledger.Listener;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import io.sluice.engine.store.shared.Posting.Holder;
import io.sluice.engine.store.shared.Posting.Request;
import io.sluice.engine.store.shared.Posting.Take;
import io.sluice.server.driver.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process that uses a ledger: one thread runs its steps. */
public final class Party implements AutoCloseable {
  /** More than a busy machine takes. */
  private static final Duration PATIENT = Duration.ofSeconds(5);

  private final ExecutorService steps = Executors.newSingleThreadExecutor();
  private final RedisLedger ledger;
  private final BlockingQueue<String> hints = new LinkedBlockingQueue<>();
  private final BlockingQueue<Health> healths = new LinkedBlockingQueue<>();
  private volatile Health health = new Health(false, 0, false, 1);

  /** Begins to use the ledger, and waits until it is there. */
  static Party join(RedisSettings settings) {
    return join(settings, PATIENT);
  }

  static Party join(RedisSettings settings, Duration timeout) {
    Party party = new Party(settings, timeout);
    party.awaitHealth(Health::reachable);
    return party;
  }

  Party(RedisSettings settings, Duration timeout) {
    ledger = new RedisLedger(settings, timeout, steps, NanoClock.system());
    ledger.listen(
        new Listener() {
          @Override
          public void changed(String account) {
            hints.add(account);
          }

          @Override
          public void health(Health told) {
            health = told;
            healths.add(told);
          }
        });
  }

  RedisLedger ledger() {
    return ledger;
  }

  Health health() {
    return health;
  }

  BlockingQueue<String> hints() {
    return hints;
  }

  Health awaitHealth(Predicate<Health> wanted) {
    try {
      for (Health next = health; next != null; next = healths.poll(10, TimeUnit.SECONDS)) {
        if (wanted.test(next)) {
          return next;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    throw new AssertionError("the health is still " + health);
  }

  CompletableFuture<Posted> begin(Posting posting) {
    CompletableFuture<Posted> answer = new CompletableFuture<>();
    steps.execute(() -> ledger.post(posting, answer::complete));
    return answer;
  }

  Posted post(Posting posting) {
    try {
      return begin(posting).get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  Posted take(Account account, long permits) {
    return post(taking(take(account, permits, 0)));
  }

  Posted take(Account.Seats account, LeaseId lease, long permits, long millis) {
    return post(
        new Posting(
            List.of(),
            List.of(take(account, permits, 0)),
            true,
            false,
            new Holder(lease, millis),
            null));
  }

  Posted wait(Account account, long permits) {
    return post(new Posting(List.of(), List.of(take(account, permits, 0)), true, true, null, null));
  }

  Posted peek(Account account, long permits) {
    return post(
        new Posting(List.of(), List.of(take(account, permits, 0)), false, false, null, null));
  }

  long change(Change change) {
    return ((Posted.Done) post(Posting.of(List.of(change)))).changes().get(0);
  }

  static Posting taking(Take... takes) {
    return new Posting(List.of(), List.of(takes), true, false, null, null);
  }

  static Posting requesting(String name, long body, LeaseId lease, Take... takes) {
    return new Posting(
        List.of(),
        List.of(takes),
        true,
        false,
        new Holder(lease, 60_000),
        new Request(name, body, 60_000));
  }

  static Take take(Account account, long permits, long leaving) {
    return new Take(account, permits, leaving, false, false);
  }

  static Posted.Reading reading(Posted posted) {
    return posted instanceof Posted.Done done
        ? done.readings().get(0)
        : ((Posted.Refused) posted).readings().get(0);
  }

  /** Tokens counted in microseconds. */
  static Account.Tokens tokens(String name, long permits, long periodMillis, long burst) {
    return new Account.Tokens(name, micros(permits, periodMillis * 1000, burst));
  }

  static TokenScale micros(long permits, long periodMicros, long burst) {
    long divisor = permits == 0 ? periodMicros : gcd(permits, periodMicros);
    long perToken = periodMicros / divisor;
    return new TokenScale(
        permits, periodMicros * 1000, burst, 1000, perToken, permits / divisor, burst * perToken);
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  @Override
  public void close() {
    ledger.close();
    steps.shutdown();
  }
}
