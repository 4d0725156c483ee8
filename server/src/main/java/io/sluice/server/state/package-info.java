/**
 * State that survives the process: what the store of the engine tells is written to the journal,
 * and told again at the next start.
 */
@NullMarked
package io.sluice.server.state;

import org.jspecify.annotations.NullMarked;
