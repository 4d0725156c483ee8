package io.sluice.server.state;

import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.model.Outcome;
import io.sluice.proto.state.v1.SavedConflict;
import io.sluice.proto.state.v1.SavedKind;
import io.sluice.proto.state.v1.SavedOutcome;
import io.sluice.proto.state.v1.SavedScope;
import io.sluice.proto.state.v1.SavedState;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * The constants of two enums that mean the same, and have the same name but for a prefix.
 *
 * @param <E> as the engine knows them
 * @param <P> as records hold them
 */
final class Names<E extends Enum<E>, P extends Enum<P>> {
  static final Names<LeaseState, SavedState> STATE =
      new Names<>(LeaseState.class, SavedState.class, "SAVED_STATE_");
  static final Names<Outcome, SavedOutcome> OUTCOME =
      new Names<>(Outcome.class, SavedOutcome.class, "SAVED_OUTCOME_");
  static final Names<LimitKind, SavedKind> KIND =
      new Names<>(LimitKind.class, SavedKind.class, "SAVED_KIND_");
  static final Names<Dedup.Scope, SavedScope> SCOPE =
      new Names<>(Dedup.Scope.class, SavedScope.class, "SAVED_SCOPE_");
  static final Names<Dedup.OnConflict, SavedConflict> CONFLICT =
      new Names<>(Dedup.OnConflict.class, SavedConflict.class, "SAVED_CONFLICT_");

  private final Map<E, P> saved;
  private final Map<P, E> restored;

  private Names(Class<E> engine, Class<P> record, String prefix) {
    saved = new EnumMap<>(engine);
    restored = new EnumMap<>(record);
    for (P constant : record.getEnumConstants()) {
      for (E meant : engine.getEnumConstants()) {
        if (constant.name().equals(prefix + meant.name())) {
          saved.put(meant, constant);
          restored.put(constant, meant);
        }
      }
    }
  }

  P saved(E constant) {
    P found = saved.get(constant);
    if (found == null) {
      throw new IllegalStateException("no record says " + constant);
    }
    return found;
  }

  /**
   * Returns what a record says.
   *
   * @throws IOException if it says nothing that this version knows
   */
  E restored(P constant) throws IOException {
    E found = restored.get(constant);
    if (found == null) {
      throw new IOException("a record of the journal says " + constant + ", which is not known");
    }
    return found;
  }
}
