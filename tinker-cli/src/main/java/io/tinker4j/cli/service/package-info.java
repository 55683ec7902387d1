/**
 * The commands that look after what is on a server: runs, checkpoints, sessions, usage. Names,
 * options, columns and JSON are those of the Python SDK's command.
 */
@NullMarked
package io.tinker4j.cli.service;

import org.jspecify.annotations.NullMarked;
