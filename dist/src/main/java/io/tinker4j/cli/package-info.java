/** What the archives are given that is written from the command itself. */
@org.jspecify.annotations.NullMarked
package io.tinker4j.cli;
