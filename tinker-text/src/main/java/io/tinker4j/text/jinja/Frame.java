package io.tinker4j.text.jinja;

import org.jspecify.annotations.Nullable;

/** The variables of one run of the template, a macro, a call block or a recursive loop. */
final class Frame {
  final Render render;
  final @Nullable Object[] registers;
  final @Nullable Frame parent;

  Frame(Render render, int size, @Nullable Frame parent) {
    this.render = render;
    this.registers = new @Nullable Object[size];
    this.parent = parent;
  }
}
