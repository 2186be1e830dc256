/**
 * The command line: {@code serve} runs a control plane, {@code watch} follows one, {@code validate}
 * checks rule files, {@code schema} prints JSON Schemas.
 *
 * <p>Open {@link io.opensergo.cli.OpenSergoCommand} first; each subcommand is one class.
 */
@NullMarked
package io.opensergo.cli;

import org.jspecify.annotations.NullMarked;
