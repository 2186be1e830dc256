/** The console's page in a real browser, before a real control plane. */
@NullMarked
package io.opensergo.console.browser;

import org.jspecify.annotations.NullMarked;
