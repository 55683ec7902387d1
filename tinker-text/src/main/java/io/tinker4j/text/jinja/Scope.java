package io.tinker4j.text.jinja;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** While parsing: the names that one block of the template sets, and where they are kept. */
final class Scope {
  /** What is kept in one {@link Frame}. */
  static final class Function {
    private final Set<String> specials = new HashSet<>();
    private int size;

    int size() {
      return size;
    }

    boolean uses(String special) {
      return specials.contains(special);
    }
  }

  private final @Nullable Scope parent;
  private final Function function;
  private final Map<String, Integer> registers = new HashMap<>();

  private Scope(@Nullable Scope parent, Function function) {
    this.parent = parent;
    this.function = function;
  }

  static Scope root() {
    return new Scope(null, new Function());
  }

  /** Begins a block within the same frame. */
  Scope block() {
    return new Scope(this, function);
  }

  /** Begins a block with a frame of its own. */
  Scope function() {
    return new Scope(this, new Function());
  }

  Function frame() {
    return function;
  }

  @Nullable Scope parent() {
    return parent;
  }

  /** Returns the register of a name that this block sets. */
  int declare(String name) {
    return registers.computeIfAbsent(name, n -> function.size++);
  }

  @Nullable Integer register(String name) {
    return registers.get(name);
  }

  /** Notes that a name is read, for the names that macros get only if they use them. */
  void reads(String name) {
    if (name.equals("caller") || name.equals("varargs") || name.equals("kwargs")) {
      for (Scope s = this; s != null; s = s.parent) {
        s.function.specials.add(name);
      }
    }
  }

  /** Returns the registers of this block, to be emptied when it begins. */
  int[] registers() {
    return registers.values().stream().mapToInt(Integer::intValue).toArray();
  }
}
