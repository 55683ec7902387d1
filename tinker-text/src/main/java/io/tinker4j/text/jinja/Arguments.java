package io.tinker4j.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  static Arguments of(Object... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  int count() {
    return positional.size();
  }

  Object get(int index) {
    return positional.get(index);
  }

  /** Returns these arguments without the first ones. */
  Arguments skip(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  /**
   * Returns the arguments in the order of parameters; those left out are null. Refuses too many,
   * unknown, doubled and missing ones.
   */
  @Nullable Object[] bind(String function, int required, String... parameters) {
    @Nullable Object[] bound = new @Nullable Object[parameters.length];
    if (positional.size() > parameters.length) {
      throw JinjaException.type(
          "%s() takes at most %d arguments (%d given)"
              .formatted(function, parameters.length, positional.size()));
    }
    for (int i = 0; i < positional.size(); i++) {
      bound[i] = positional.get(i);
    }
    for (Map.Entry<String, Object> entry : named.entrySet()) {
      int i = List.of(parameters).indexOf(entry.getKey());
      if (i < 0) {
        throw JinjaException.type(
            "%s() got an unexpected keyword argument '%s'".formatted(function, entry.getKey()));
      }
      if (bound[i] != null) {
        throw JinjaException.type(
            "%s() got multiple values for argument '%s'".formatted(function, entry.getKey()));
      }
      bound[i] = entry.getValue();
    }
    for (int i = 0; i < required; i++) {
      if (bound[i] == null) {
        throw JinjaException.type(
            "%s() missing required argument: '%s'".formatted(function, parameters[i]));
      }
    }
    return bound;
  }

  /** Refuses named arguments and counts outside of a range. */
  void only(String function, int least, int most) {
    if (!named.isEmpty()) {
      throw JinjaException.type(function + "() takes no keyword arguments");
    }
    if (count() < least || count() > most) {
      throw JinjaException.type(
          "%s() takes %s arguments (%d given)"
              .formatted(function, least == most ? least : least + " to " + most, count()));
    }
  }
}
