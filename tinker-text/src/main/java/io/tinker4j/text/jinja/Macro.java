package io.tinker4j.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A macro, or the body of a call block, with the frame it was defined in. */
final class Macro implements Callable {
  /**
   * How a macro is written.
   *
   * @param name its name, for messages
   * @param parameters what it takes
   * @param specials where the arguments are kept that it gets only if it uses them
   * @param frame what its variables are kept in
   * @param body what it writes
   * @param depth how deep its statements and expressions are nested
   */
  record Definition(
      String name,
      List<Parameter> parameters,
      Specials specials,
      Scope.Function frame,
      Block body,
      int depth) {}

  /** Registers of names that a macro gets only if it uses them; -1 where it does not. */
  record Specials(int caller, int kwargs, int varargs) {}

  /** A parameter with its default. */
  record Parameter(String name, int register, @Nullable Expr otherwise) {}

  /** Defines a macro. */
  static final class Define extends Stmt {
    private final Definition definition;
    private final Target target;

    Define(Definition definition, Target target) {
      this.definition = definition;
      this.target = target;
    }

    @Override
    End exec(Frame frame) {
      target.assign(frame, new Macro(definition, frame));
      return End.NORMAL;
    }
  }

  /** Calls a macro with a body. */
  static final class CallBlock extends Stmt {
    private final Definition definition;
    private final Calls.Call call;

    CallBlock(Definition definition, Calls.Call call) {
      this.definition = definition;
      this.call = call;
    }

    @Override
    End exec(Frame frame) {
      Object result = call.eval(frame, new Macro(definition, frame));
      frame.render.write(Values.text(result));
      return End.NORMAL;
    }
  }

  private final Definition definition;
  private final Frame outer;

  Macro(Definition definition, Frame outer) {
    this.definition = definition;
    this.outer = outer;
  }

  @Override
  public Object call(Render render, Arguments arguments) {
    render.enter(definition.depth() + 4);
    render.step();
    Frame frame = new Frame(render, definition.frame().size(), outer);
    bind(frame, arguments);
    String text = definition.body().capture(frame);
    render.leave(definition.depth() + 4);
    return text;
  }

  private void bind(Frame frame, Arguments arguments) {
    List<Parameter> parameters = definition.parameters();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object value = i < arguments.count() ? arguments.get(i) : named.remove(parameter.name());
      frame.registers[parameter.register()] = value;
    }
    bindSpecials(frame, arguments, named);
    for (Parameter parameter : parameters) {
      if (frame.registers[parameter.register()] == null) {
        frame.registers[parameter.register()] =
            parameter.otherwise() != null
                ? parameter.otherwise().eval(frame)
                : new Undefined("parameter '" + parameter.name() + "' was not provided");
      }
    }
  }

  private void bindSpecials(Frame frame, Arguments arguments, Map<String, Object> named) {
    Specials specials = definition.specials();
    if (specials.caller() >= 0) {
      Object caller = named.remove("caller");
      frame.registers[specials.caller()] =
          caller == null || caller == None.NONE ? new Undefined("No caller defined") : caller;
    }
    if (specials.kwargs() >= 0) {
      frame.registers[specials.kwargs()] = named;
    } else if (!named.isEmpty()) {
      throw JinjaException.type(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(definition.name(), named.keySet().iterator().next()));
    }
    int most = definition.parameters().size();
    if (specials.varargs() >= 0) {
      frame.registers[specials.varargs()] =
          new Tuple(arguments.skip(Math.min(most, arguments.count())).positional());
    } else if (arguments.count() > most) {
      throw JinjaException.type(
          "macro '%s' takes not more than %d argument(s)".formatted(definition.name(), most));
    }
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "name" -> definition.name();
      case "arguments" ->
          new Tuple(List.copyOf(definition.parameters().stream().map(Parameter::name).toList()));
      case "catch_kwargs" -> definition.specials().kwargs() >= 0;
      case "catch_varargs" -> definition.specials().varargs() >= 0;
      case "caller" -> definition.specials().caller() >= 0;
      default -> null;
    };
  }

  @Override
  public String typeName() {
    return "Macro";
  }

  @Override
  public String repr() {
    return "<Macro " + Repr.string(definition.name()) + ">";
  }
}
