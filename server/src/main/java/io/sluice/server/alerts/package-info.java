/** Looks at figures each second and says when they are worth telling people of. */
@NullMarked
package io.sluice.server.alerts;

import org.jspecify.annotations.NullMarked;
