package io.sluice.engine.sim;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What a client may do next, and how often. */
enum ClientAction {
  ASK(60, SimClient::ask),
  ASK_AGAIN(8, SimClient::askAgain),
  ASK_OTHERWISE(3, SimClient::askOtherwise),
  GIVE_UP(50, SimClient::giveUp),
  RELEASE_FORMER(4, SimClient::releaseFormer),
  RELEASE_UNKNOWN(1, SimClient::releaseUnknown),
  ASK_FOR_SAME_WORK(8, SimClient::askForSameWork),
  ASK_NESTED(6, SimClient::askNested),
  SUSPEND(4, SimClient::suspend),
  RESUME(4, SimClient::resume),
  RENEW_FORMER(3, SimClient::renewFormer),
  MISUSE(1, SimClient::misuse),
  PAUSE(2, SimClient::pause),
  CRASH(1, SimClient::crash);

  private static final ClientAction[] ALL = values();

  private final int weight;
  private final Consumer<SimClient> action;

  ClientAction(int weight, Consumer<SimClient> action) {
    this.weight = weight;
    this.action = action;
  }

  void run(SimClient client) {
    action.accept(client);
  }

  static ClientAction draw(SplittableRandom random) {
    int sum = 0;
    for (ClientAction each : ALL) {
      sum += each.weight;
    }
    int left = random.nextInt(sum);
    for (ClientAction each : ALL) {
      left -= each.weight;
      if (left < 0) {
        return each;
      }
    }
    throw new AssertionError();
  }
}
