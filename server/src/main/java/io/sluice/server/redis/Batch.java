package io.sluice.server.redis;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The postings that one script makes: what it is told, and what its reply means for each. */
final class Batch {
  /** Most postings of one batch. */
  static final int MAX_POSTINGS = 64;

  /** Takes and changes after which no posting is added, so that no script runs for long. */
  static final int MAX_PARTS = 1024;

  /** Brings Redis's microseconds above fences of a memory store: milliseconds times 2^20. */
  static final long FENCE_FACTOR = 1049;

  private final KeySpace keySpace;
  private final List<Pending> postings = new ArrayList<>();
  private final List<byte[]> keys = new ArrayList<>();
  private final Map<String, Entry> accounts = new LinkedHashMap<>();
  private int parts;

  /** An account as this batch knows it: its number in the script, and of its first key. */
  private record Entry(int number, int firstKey, Account account) {}

  private Batch(KeySpace keySpace) {
    this.keySpace = keySpace;
    keys.add(keySpace.ledger());
    keys.add(keySpace.buried());
  }

  /** Takes from the head of a queue what one script is to make; at least one posting. */
  static Batch gather(Deque<Pending> queue, KeySpace keySpace) {
    Batch batch = new Batch(keySpace);
    for (Pending next = queue.peek(); next != null; next = queue.peek()) {
      if (!batch.add(next)) {
        return batch;
      }
      queue.remove();
    }
    return batch;
  }

  List<Pending> postings() {
    return postings;
  }

  byte[][] keys() {
    return keys.toArray(new byte[0][]);
  }

  /** Returns the script's argument, if this is the generation that the process knows. */
  byte[] argument(long generation, byte[] process) {
    PackWriter out = new PackWriter();
    out.array(5).number(generation).text(process).text(keySpace.hints());
    // The requests' keys follow those of the accounts, and are numbered as they are written.
    out.array(accounts.size());
    accounts.values().forEach(entry -> write(out, entry));
    out.array(postings.size());
    for (Pending pending : postings) {
      write(out, pending.posting());
    }
    return out.toBytes();
  }

  /**
   * Reads the answers, in the order of the postings.
   *
   * @throws RuntimeException if the reply is not one of the script
   */
  List<Posted> answers(byte[] reply) {
    PackReader in = new PackReader(reply);
    List<Posted> answers = new ArrayList<>(postings.size());
    boolean isStale = in.left() == 1;
    for (Pending pending : postings) {
      answers.add(isStale ? new Posted.Stale() : answer(pending.posting(), in));
    }
    return answers;
  }

  private boolean add(Pending pending) {
    Posting posting = pending.posting();
    int more = posting.changes().size() + posting.takes().size();
    if (postings.size() == MAX_POSTINGS
        || (!postings.isEmpty() && (parts + more > MAX_PARTS || !agrees(posting)))) {
      return false;
    }
    parts += more;
    postings.add(pending);
    posting.changes().forEach(change -> know(change.account()));
    posting.takes().forEach(take -> know(take.account()));
    return true;
  }

  /** Returns whether its accounts are told as before; a script opens each only once. */
  private boolean agrees(Posting posting) {
    return posting.takes().stream().allMatch(take -> agrees(take.account()))
        && posting.changes().stream().allMatch(change -> agrees(change.account()));
  }

  private boolean agrees(@Nullable Account account) {
    if (account == null) {
      return true;
    }
    Entry known = accounts.get(nameOf(account));
    return known == null || known.account().equals(account);
  }

  private void know(@Nullable Account account) {
    if (account == null || accounts.containsKey(nameOf(account))) {
      return;
    }
    accounts.put(nameOf(account), new Entry(accounts.size() + 1, keys.size() + 1, account));
    keys.add(keySpace.turns(account));
    keys.add(keySpace.state(account));
    if (KeySpace.kind(account).hasRanks) {
      keys.add(keySpace.ranks(account));
    }
  }

  private static String nameOf(Account account) {
    return KeySpace.kind(account).label + account.name();
  }

  private int numberOf(Account account) {
    Entry known = accounts.get(nameOf(account));
    if (known == null) {
      throw new IllegalStateException("an account that was never told: " + account.name());
    }
    return known.number();
  }

  private int keyOf(String request) {
    keys.add(keySpace.request(request));
    return keys.size();
  }

  private static void write(PackWriter out, Entry entry) {
    Account account = entry.account();
    out.array(4).number(KeySpace.kind(account).number).number(entry.firstKey());
    out.text(account.name());
    if (account instanceof Account.Tokens tokens) {
      out.array(4)
          .number(tokens.scale().quantumNanos() / 1000)
          .number(tokens.scale().unitsPerToken())
          .number(tokens.scale().unitsPerQuantum())
          .number(tokens.scale().capacityUnits());
    } else if (account instanceof Account.Seats seats) {
      out.array(1).number(seats.capacity());
    } else if (account instanceof Account.Fixed fixed) {
      out.array(2).number(fixed.permits()).number(fixed.lengthMicros());
    } else if (account instanceof Account.Sliding sliding) {
      out.array(3)
          .number(sliding.permits())
          .number(sliding.lengthMicros())
          .number(sliding.slotMicros());
    } else if (account instanceof Account.Calendar calendar) {
      out.array(2).number(calendar.permits()).number(calendar.endsAtMillis());
    }
  }

  private void write(PackWriter out, Posting posting) {
    out.array(6).array(posting.changes().size());
    posting.changes().forEach(change -> write(out, change));
    out.array(posting.takes().size());
    for (Posting.Take take : posting.takes()) {
      out.array(5)
          .number(numberOf(take.account()))
          .number(take.permits())
          .number(take.leaving())
          .flag(take.optional())
          .flag(take.beginsEmpty());
    }
    out.flag(posting.commit()).flag(posting.queued());
    Posting.Holder holder = posting.holder();
    if (holder == null) {
      out.flag(false);
    } else {
      out.array(2).text(holder.lease().toString()).number(holder.holdMillis() * 1000);
    }
    Posting.Request request = posting.request();
    if (request == null) {
      out.flag(false);
    } else {
      out.array(3)
          .number(keyOf(request.name()))
          .text(Long.toHexString(request.body()))
          .number(request.keepMillis());
    }
  }

  private void write(PackWriter out, Change change) {
    Account account = change.account();
    int number = account == null ? 0 : numberOf(account);
    if (change instanceof Change.Hold hold) {
      head(out, 5, 1, number).text(hold.lease().toString());
      out.number(hold.permits()).number(hold.holdMillis() * 1000);
    } else if (change instanceof Change.Extend extend) {
      head(out, 4, 2, number).text(extend.lease().toString()).number(extend.holdMillis() * 1000);
    } else if (change instanceof Change.Drop drop) {
      head(out, 3, 3, number).text(drop.lease().toString());
    } else if (change instanceof Change.Bury bury) {
      head(out, 3, 4, number).text(bury.lease().toString());
    } else if (change instanceof Change.Forget forget) {
      head(out, 4, 5, number).text(forget.lease().toString()).number(keyOf(forget.request()));
    } else if (change instanceof Change.GiveBack back) {
      head(out, 4, 6, number).number(back.permits()).number(back.ageMicros());
    } else if (change instanceof Change.Debit debit) {
      head(out, 3, 7, number).number(debit.permits());
    } else if (change instanceof Change.Fill) {
      head(out, 2, 8, number);
    } else if (change instanceof Change.Leave) {
      head(out, 2, 9, number);
    }
  }

  private static PackWriter head(PackWriter out, int length, int what, int account) {
    return out.array(length).number(what).number(account);
  }

  private static Posted answer(Posting posting, PackReader in) {
    int code = (int) in.next();
    long fence = in.next() * FENCE_FACTOR;
    List<Long> changes = new ArrayList<>(posting.changes().size());
    for (int i = 0; i < posting.changes().size(); i++) {
      changes.add(in.next());
    }
    return switch (code) {
      case 1 -> new Posted.Done(changes, readings(posting, in), fence);
      case 2 -> new Posted.Refused(changes, readings(posting, in));
      case 3 -> {
        boolean sameBody = in.next() == 1;
        long high = in.next() << 32 | in.next();
        long low = in.next() << 32 | in.next();
        yield new Posted.Repeated(changes, new LeaseId(high, low), fence, sameBody);
      }
      default -> throw new IllegalArgumentException("not an answer but code " + code);
    };
  }

  private static List<Posted.Reading> readings(Posting posting, PackReader in) {
    List<Posted.Reading> readings = new ArrayList<>(posting.takes().size());
    for (int i = 0; i < posting.takes().size(); i++) {
      boolean fits = in.next() == 1;
      long remaining = in.next();
      long wait = in.next();
      readings.add(new Posted.Reading(fits, remaining, wait < 0 ? Long.MAX_VALUE : wait));
    }
    return readings;
  }
}
