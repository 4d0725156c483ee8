package io.sluice.engine.store.shared;

import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A ledger in virtual time, and the network between it and the processes that use it: answers take
 * time, or get lost; postings get lost, or are made late or twice; a process, or all of them, may
 * be cut off; and what is in it may be lost.
 */
public final class ModelLedger {
  private static final long TIMEOUT_NANOS = Duration.ofMillis(100).toNanos();
  private static final long HEARD_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long BEAT_NANOS = Duration.ofMillis(500).toNanos();

  private final RandomGenerator random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong((Event event) -> event.atNanos)
              .thenComparingLong(event -> event.sequence));
  private final Map<String, Process> processes = new LinkedHashMap<>();
  private final Set<Process> asserted = new HashSet<>();
  private LedgerState state;
  private long nowNanos;
  private long sequence;
  private long generation = 1;
  private long delayNanos;
  private double lostAnswers;
  private double lostPostings;
  private double twice;
  private double lostHints;
  private boolean up = true;

  /** Creates an empty ledger. */
  public ModelLedger(RandomGenerator random, long nowNanos) {
    this.random = random;
    this.nowNanos = nowNanos;
    this.state = new LedgerState();
  }

  private record Event(long atNanos, long sequence, Runnable action) {}

  /** Lets each way take so long at most; the time differs from one to the next. */
  public ModelLedger delay(Duration most) {
    delayNanos = most.toNanos();
    return this;
  }

  /** Loses some of the answers, of the postings and of the hints; makes some postings twice. */
  public ModelLedger faults(double answers, double postings, double doubled, double hints) {
    lostAnswers = answers;
    lostPostings = postings;
    twice = doubled;
    lostHints = hints;
    return this;
  }

  /** Puts it out of reach of everybody, or into reach again. */
  public void up(boolean now) {
    up = now;
    processes.values().forEach(Process::tellHealth);
  }

  /** Loses all that is in it. */
  public void lose() {
    state = new LedgerState();
    generation++;
    asserted.clear();
  }

  /** Returns a process that uses it from now on. */
  public Process process(String id) {
    Process process = new Process(id);
    processes.put(id, process);
    asserted.add(process); // it has nothing to assert
    process.beat();
    return process;
  }

  /** Returns when something happens next; {@link Long#MAX_VALUE} = never. */
  public long nextEventNanos() {
    return events.isEmpty() ? Long.MAX_VALUE : events.element().atNanos;
  }

  /** Lets everything happen that happens by then. */
  public void runTo(long toNanos) {
    while (nextEventNanos() <= toNanos) {
      step();
    }
    nowNanos = Math.max(nowNanos, toNanos);
  }

  /** Moves its time on, while nothing happens. */
  public void moveTo(long toNanos) {
    nowNanos = Math.max(nowNanos, toNanos);
  }

  /** Lets what happens next happen. */
  public void step() {
    Event event = events.remove();
    nowNanos = Math.max(nowNanos, event.atNanos);
    event.action.run();
  }

  /** Returns what is in it. */
  public LedgerState state() {
    return state;
  }

  public long nowNanos() {
    return nowNanos;
  }

  private void after(long nanos, Runnable action) {
    events.add(new Event(nowNanos + nanos, sequence++, action));
  }

  private long way() {
    return delayNanos == 0 ? 0 : random.nextLong(delayNanos + 1);
  }

  private boolean happens(double chance) {
    return chance > 0 && random.nextDouble() < chance;
  }

  private boolean isSettled() {
    return processes.values().stream()
        .allMatch(process -> process.isForgotten() || asserted.contains(process));
  }

  private int heard() {
    return (int) processes.values().stream().filter(process -> !process.isForgotten()).count();
  }

  /** The ledger as one process sees it. */
  public final class Process implements Ledger {
    private final String id;
    private final Set<String> watched = new LinkedHashSet<>();
    private Listener listener;
    private boolean cut;
    private boolean dead;
    private long heardNanos = nowNanos;
    private long arrivesNanos = nowNanos;
    private long known;
    private int lastKnownProcesses = 1;
    private Health told = new Health(true, 0, true, 1);
    private long postings;

    private Process(String id) {
      this.id = id;
    }

    /** Cuts it off, or lets it reach the ledger again. */
    public void cut(boolean now) {
      cut = now;
      tellHealth();
    }

    /** Ends it: nothing is heard of it any more, and it hears nothing. */
    public void die() {
      dead = true;
    }

    /** Returns how many postings it made. */
    public long postings() {
      return postings;
    }

    private boolean reaches() {
      return up && !cut && !dead;
    }

    private boolean isForgotten() {
      return nowNanos - heardNanos > HEARD_NANOS;
    }

    private void beat() {
      if (reaches()) {
        heardNanos = nowNanos;
        known = generation;
        lastKnownProcesses = heard();
      }
      tellHealth();
      if (!dead) {
        after(BEAT_NANOS, this::beat);
      }
    }

    private void tellHealth() {
      after(
          0,
          () -> {
            Health health =
                new Health(reaches(), known, isSettled(), Math.max(1, lastKnownProcesses));
            if (!dead && listener != null && !health.equals(told)) {
              told = health;
              listener.health(health);
            }
          });
    }

    @Override
    public void listen(Listener newListener) {
      listener = newListener;
    }

    @Override
    public void post(Posting posting, Consumer<Posted> answer) {
      postings++;
      if (!reaches()) {
        after(0, () -> tell(answer, new Posted.Unavailable(false)));
        return;
      }
      arrivesNanos = Math.max(arrivesNanos, nowNanos + way());
      if (happens(lostPostings)) {
        after(TIMEOUT_NANOS, () -> tell(answer, new Posted.Unavailable(true)));
        return;
      }
      boolean lost = happens(lostAnswers);
      long arrives = arrivesNanos - nowNanos;
      after(arrives, () -> arrived(posting, answer, lost));
      if (lost) {
        after(TIMEOUT_NANOS, () -> tell(answer, new Posted.Unavailable(true)));
      }
      if (happens(twice)) {
        after(arrives + way(), () -> made(posting));
      }
    }

    private void arrived(Posting posting, Consumer<Posted> answer, boolean lost) {
      Posted posted = made(posting);
      if (!lost) {
        after(way(), () -> tell(answer, reaches() ? posted : new Posted.Unavailable(true)));
      }
    }

    private Posted made(Posting posting) {
      if (known != generation) {
        known = generation;
        tellHealth();
        return new Posted.Stale();
      }
      List<String> freed = new ArrayList<>();
      Posted posted = state.post(id, posting, nowNanos, freed::add);
      freed.forEach(ModelLedger.this::hint);
      return posted;
    }

    private void tell(Consumer<Posted> answer, Posted posted) {
      if (!dead) {
        answer.accept(posted);
      }
    }

    @Override
    public void watch(Account account) {
      watched.add(account.name());
    }

    @Override
    public void unwatch(Account account) {
      watched.remove(account.name());
    }

    @Override
    public void asserted(long ofGeneration) {
      after(
          way(),
          () -> {
            if (reaches() && ofGeneration == generation) {
              asserted.add(this);
              processes.values().forEach(Process::tellHealth);
            }
          });
    }
  }

  private void hint(String account) {
    for (Process process : processes.values()) {
      if (process.watched.contains(account) && process.reaches() && !happens(lostHints)) {
        after(
            way(),
            () -> {
              if (process.watched.contains(account) && !process.dead) {
                process.listener.changed(account);
              }
            });
      }
    }
  }

  /** Returns who holds what of an account. */
  public Map<LeaseId, Long> held(String account) {
    return state.held(account, nowNanos);
  }
}
