/**
 * What {@link io.sluice.client.SluiceAdmin} takes and gives, as values: limits to put, whom to send
 * away, who holds. Records only; nothing here calls anybody. The server checks what is put.
 */
@NullMarked
package io.sluice.client.admin;

import org.jspecify.annotations.NullMarked;
