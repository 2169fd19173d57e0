using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Alignment.Compiler;

namespace Alignment.Runtime.Host;

/// <summary>Writes the code of a region: straight-line vector instructions, in a loop over the games of a block if the values have games.</summary>
/// <remarks>
/// What is the same for all games is computed before the loop. All stores stand behind all loads of the same games, so a state may be
/// overwritten by its next value. Each operation is the very instruction that the kernels use; <see cref="Walks"/> are called on a scratch
/// column.
/// </remarks>
internal sealed unsafe partial class RegionCode<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int CacheLine = 64;

    private readonly Graph _graph;
    private readonly Region _region;
    private readonly Func<int, View> _leaf;
    private readonly Func<int, bool> _hasLanes;
    private readonly VectorInstructions<T> _vectors;
    private readonly int _lanes;
    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private readonly Dictionary<Element, LocalBuilder> _locals = [];
    private readonly Stack<LocalBuilder> _spare = [];
    private readonly LocalBuilder _games;
    private LocalBuilder? _scratch;

    private RegionCode(Graph graph, Region region, Func<int, View> leaf, Func<int, bool> hasLanes, int lanes)
    {
        (_graph, _region, _leaf, _hasLanes, _lanes) = (graph, region, leaf, hasLanes, lanes);
        // a walk along an axis is compiled for the vector of the kernels
        _vectors =
            VectorInstructions<T>.HasWidest
            && lanes > 0
            && lanes % VectorInstructions<T>.Widest.Count == 0
            && !region.Members.Any(id => Region.IsCalled(graph[id].Op) && !Region.IsShort(graph[id].Op))
                ? VectorInstructions<T>.Widest
                : VectorInstructions<T>.Kernels;
        _method = new(
            "pass",
            typeof(void),
            [typeof(T*), typeof(T*), typeof(T)],
            typeof(RegionCode<T>).Module,
            skipVisibility: true
        )
        {
            InitLocals = false,
        };
        _il = _method.GetILGenerator();
        _games = _il.DeclareLocal(typeof(T*));
    }

    /// <summary>Whether this runtime can generate code; compiled ahead of time it cannot, and kernels do the work.</summary>
    public static bool IsAvailable => RuntimeFeature.IsDynamicCodeCompiled;

    /// <summary>The pass of a region.</summary>
    /// <param name="graph">The program's values.</param>
    /// <param name="region">What to compute.</param>
    /// <param name="leaf">Where a value lies that the region only reads.</param>
    /// <param name="hasLanes">Whether a value differs between games.</param>
    /// <param name="stores">What to store where.</param>
    /// <param name="lanes">Games of a block; 0 for a single game.</param>
    public static Pass<T> Generate(
        Graph graph,
        Region region,
        Func<int, View> leaf,
        Func<int, bool> hasLanes,
        IReadOnlyList<(int Id, View Target)> stores,
        int lanes
    ) => new RegionCode<T>(graph, region, leaf, hasLanes, lanes).Write(stores);

    private Pass<T> Write(IReadOnlyList<(int Id, View Target)> stores)
    {
        AllocateScratch();
        foreach (var id in _region.Members.Where(id => !_hasLanes(id)))
            Value(id, keepAll: true);
        Hoist(stores);
        if (_region.Members.Any(_hasLanes) || stores.Any(s => s.Target.Lanes))
        {
            var top = _il.DefineLabel();
            _il.Emit(OpCodes.Ldarg_1);
            _il.Emit(OpCodes.Stloc, _games);
            _il.MarkLabel(top);
            foreach (var id in _region.Members.Where(_hasLanes))
                Value(id, keepAll: false);
            Store([.. stores.Where(s => s.Target.Lanes)]);
            _il.Emit(OpCodes.Ldloc, _games);
            Bytes(_vectors.Count);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Dup);
            _il.Emit(OpCodes.Stloc, _games);
            _il.Emit(OpCodes.Ldarg_1);
            Bytes(_lanes);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Blt_Un, top);
        }

        Store([.. stores.Where(s => !s.Target.Lanes)]);
        _il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<Pass<T>>();
    }

    // ---- values --------------------------------------------------------------------------------------------------

    /// <summary>Computes what is needed more than once; the rest is written where it is used.</summary>
    private void Value(int id, bool keepAll)
    {
        if (Region.IsAlias(_graph[id].Op) || !_region.IsUsed(id))
            return;
        if (Region.IsCalled(_graph[id].Op))
        {
            foreach (var (inputs, outputs) in _region.Calls(id))
            {
                if (Region.IsShort(_graph[id].Op))
                    Softmax(inputs, outputs);
                else
                    Call(_graph[id].Op, inputs, outputs);
            }

            return;
        }

        foreach (var element in _region.Elements(id))
        {
            if (_region.Uses(element) > 1 || (keepAll && _region.Uses(element) == 1))
            {
                Compute(element);
                Keep(element);
            }
        }
    }

    /// <summary>Loads what all games read and nothing changes before the loop.</summary>
    private void Hoist(IReadOnlyList<(int Id, View Target)> stores)
    {
        var read = _region
            .Members.Where(id => _hasLanes(id) && !Region.IsAlias(_graph[id].Op))
            .SelectMany(id => _region.Elements(id).Where(e => _region.Uses(e) > 0 || Region.IsCalled(_graph[id].Op)))
            .SelectMany(_region.Operands)
            .Concat(stores.SelectMany(s => _region.Elements(s.Id).Select(_region.Resolve)));
        foreach (var element in read)
        {
            if (
                _region.Contains(element.Id)
                || _locals.ContainsKey(element)
                || _graph[element.Id].Op is Op.Constant
                || _leaf(element.Id).Lanes
            )
                continue;
            Load(element);
            Keep(element);
        }
    }

    private void Keep(Element element)
    {
        var local = _il.DeclareLocal(_vectors.Type);
        _il.Emit(OpCodes.Stloc, local);
        _locals[element] = local;
    }

    private void Push(Element element)
    {
        if (_locals.TryGetValue(element, out var local))
            _il.Emit(OpCodes.Ldloc, local);
        else if (_region.Contains(element.Id))
            Compute(element);
        else
            Load(element);
    }

    private void Load(Element element)
    {
        if (_graph[element.Id].Op is Op.Constant constant)
        {
            Number(constant.Value);
            return;
        }

        var view = _leaf(element.Id);
        Address(view, _region.Offset(element, view));
        if (view.Lanes)
            Emit(_vectors.Load);
        else
        {
            _il.Emit(OpCodes.Ldobj, typeof(T));
            Emit(_vectors.Spread);
        }
    }

    private void Compute(Element element)
    {
        var operands = _region.Operands(element);
        switch (_graph[element.Id].Op)
        {
            case Op.Step:
                _il.Emit(OpCodes.Ldarg_2);
                Emit(_vectors.Spread);
                break;
            case Op.Unary u:
                Unary(u.Kind, operands[0]);
                break;
            case Op.Binary { Kind: BinaryKind.Minimum }:
                Prefer(() => Push(operands[0]), () => Push(operands[1]), _vectors.Less);
                break;
            case Op.Binary { Kind: BinaryKind.Maximum }:
                Prefer(() => Push(operands[0]), () => Push(operands[1]), _vectors.Greater);
                break;
            case Op.Binary { Kind: BinaryKind.Less or BinaryKind.LessOrEqual or BinaryKind.Equal } b:
                Mask(b.Kind, operands);
                if (_region.IsMask(element))
                    break;
                Number(1);
                Number(0);
                Emit(_vectors.Choose);
                break;
            case Op.Binary b:
                Push(operands[0]);
                Push(operands[1]);
                Emit(_vectors.Arithmetic(b.Kind));
                break;
            case Op.Select:
                Select(operands);
                break;
            case Op.Contract:
                Push(operands[0]);
                Push(operands[1]);
                Emit(_vectors.Arithmetic(BinaryKind.Multiply));
                for (var k = 2; k < operands.Length; k += 2)
                {
                    using var sum = Spare();
                    Push(operands[k]);
                    Push(operands[k + 1]);
                    sum.Push();
                    Emit(_vectors.Fused);
                }

                break;
            case Op.SegmentSum:
                Number(0);
                foreach (var operand in operands)
                {
                    Push(operand);
                    Emit(_vectors.Arithmetic(BinaryKind.Add));
                }

                break;
            case Op.Reduce { Kind: ReduceKind.Sum }:
                Push(operands[0]);
                foreach (var operand in operands.Skip(1))
                {
                    Push(operand);
                    Emit(_vectors.Arithmetic(BinaryKind.Add));
                }

                break;
            case Op.Reduce { Kind: ReduceKind.Max }:
                Push(operands[0]);
                foreach (var operand in operands.Skip(1))
                {
                    using var top = Spare();
                    Prefer(top.Push, () => Push(operand), _vectors.Greater);
                }

                break;
            case var op:
                throw new NotSupportedException($"A pass has no code for {op.Signature}.");
        }
    }

    // b where the test of b against a holds, else a; so a NaN in b never wins
    private void Prefer(Action pushA, Action pushB, MethodInfo test)
    {
        pushA();
        using var a = Spare();
        pushB();
        using var b = Spare();
        b.Push();
        a.Push();
        Emit(test);
        b.Push();
        a.Push();
        Emit(_vectors.Choose);
    }

    private void Unary(UnaryKind kind, Element x)
    {
        switch (kind)
        {
            case UnaryKind.Negate:
                Push(x);
                Emit(_vectors.Negate);
                break;
            case UnaryKind.Abs:
                Push(x);
                Emit(_vectors.Abs);
                break;
            case UnaryKind.Sqrt:
                Push(x);
                Emit(_vectors.SquareRoot);
                break;
            default:
                Sign(x);
                break;
        }
    }

    // 1 above 0, -1 below, else itself: a zero or NaN
    private void Sign(Element element)
    {
        Push(element);
        using var x = Spare();
        x.Push();
        Number(0);
        Emit(_vectors.Greater);
        Number(1);
        x.Push();
        Number(0);
        Emit(_vectors.Less);
        Number(-1);
        x.Push();
        Emit(_vectors.Choose);
        Emit(_vectors.Choose);
    }

    private void Mask(BinaryKind kind, Element[] operands)
    {
        Push(operands[0]);
        Push(operands[1]);
        Emit(
            kind switch
            {
                BinaryKind.Less => _vectors.Less,
                BinaryKind.LessOrEqual => _vectors.LessOrEqual,
                _ => _vectors.AreEqual,
            }
        );
    }

    private void Select(Element[] operands)
    {
        Push(operands[0]);
        var mask = _region.IsMask(operands[0]);
        if (!mask)
        {
            Number(0);
            Emit(_vectors.AreEqual);
        }

        Push(operands[mask ? 1 : 2]);
        Push(operands[mask ? 2 : 1]);
        Emit(_vectors.Choose);
    }

    /// <summary>Puts a column into scratch memory, calls what works on it, and takes the results.</summary>
    private void Call(Op op, Element[] inputs, Element[] outputs)
    {
        for (var k = 0; k < inputs.Length; k++)
        {
            Push(inputs[k]);
            Scratch(k);
            Emit(_vectors.Store);
        }

        Scratch(0);
        if (op is Op.Unary unary)
        {
            _il.Emit(OpCodes.Ldc_I4, inputs.Length);
            Emit(Pointwise.Column<T>(unary.Kind).Method);
        }
        else
        {
            Scratch(0);
            _il.Emit(OpCodes.Ldc_I4, inputs.Length);
            _il.Emit(OpCodes.Ldc_I8, (long)_vectors.Count);
            _il.Emit(OpCodes.Ldc_I8, (long)_vectors.Count);
            Emit(Walks.Of<T, Wide>(op)!.Method);
        }

        for (var k = 0; k < outputs.Length; k++)
        {
            if (_region.Uses(outputs[k]) == 0)
                continue;
            Scratch(k);
            Emit(_vectors.Load);
            Keep(outputs[k]);
        }
    }

    private void Store(IReadOnlyList<(int Id, View Target)> stores)
    {
        // a store may overwrite what the next one has still to read
        foreach (var element in stores.SelectMany(s => _region.Elements(s.Id)).Select(_region.Resolve))
        {
            if (_locals.ContainsKey(element))
                continue;
            Push(element);
            Keep(element);
        }

        foreach (var (id, target) in stores)
        {
            foreach (var element in _region.Elements(id))
            {
                var offset = _region.Offset(element, target);
                // a scalar fills a vector with copies of itself
                if (target.Lanes || target.IsScalar)
                {
                    Push(_region.Resolve(element));
                    Address(target, offset);
                    Emit(_vectors.Store);
                }
                else
                {
                    Address(target, offset);
                    Push(_region.Resolve(element));
                    Emit(_vectors.First);
                    _il.Emit(OpCodes.Stobj, typeof(T));
                }
            }
        }
    }
}
