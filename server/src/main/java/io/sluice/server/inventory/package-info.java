/** Finds the GPUs of this machine. Tells what there is; grants nothing. */
@NullMarked
package io.sluice.server.inventory;

import org.jspecify.annotations.NullMarked;
