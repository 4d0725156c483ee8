/**
 * What the packages that work over a client share. Not for callers: it changes without notice.
 *
 * <p>Nothing here knows any of those packages.
 */
@NullMarked
package io.sluice.client.internal;

import org.jspecify.annotations.NullMarked;
