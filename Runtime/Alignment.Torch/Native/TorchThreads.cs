using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Alignment.Torch;

/// <summary>Runs work of this library on the threads that LibTorch's operations run on.</summary>
/// <remarks>
/// Between two operations LibTorch's threads spin for some milliseconds, to be there at once for the next. Threads of .NET's pool beside them wait for a processor where there are no more processors
/// than threads. On Linux LibTorch's threads are GNU OpenMP's, which any code of the process may enter; elsewhere the pool has to do.
/// </remarks>
internal static unsafe class TorchThreads
{
    private static readonly Gnu? s_gnu = Gnu.Find();

    /// <summary>Does every part once, on as many threads as LibTorch's operations have, and waits for all.</summary>
    /// <param name="parts">How many parts.</param>
    /// <param name="part">Does one of them: 0 to <paramref name="parts"/> - 1, in any order and at the same time.</param>
    /// <exception cref="Exception">What a part threw, the first of them; the others were done.</exception>
    public static void Run(int parts, Action<int> part)
    {
        if (parts == 1)
        {
            part(0);
            return;
        }

        var work = new Work(parts, part);
        if (s_gnu is { } gnu)
            gnu.Run(work);
        else
            Parallel.For(0, parts, new() { MaxDegreeOfParallelism = TorchSharp.torch.get_num_threads() }, work.Do);
        work.Fault?.Throw();
    }

    private sealed class Work(int parts, Action<int> part)
    {
        private ExceptionDispatchInfo? _fault;

        public ExceptionDispatchInfo? Fault => _fault;

        /// <summary>One part; no exception leaves it, since none may pass through native code.</summary>
        public void Do(int k)
        {
            try
            {
                part(k);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(e), null);
            }
        }

        /// <summary>What falls to one of several threads.</summary>
        public void Share(int thread, int threads)
        {
            for (var k = thread; k < parts; k += threads)
                Do(k);
        }
    }

    private sealed class Gnu
    {
        private readonly delegate* unmanaged[Cdecl]<
            delegate* unmanaged[Cdecl]<nint, void>,
            nint,
            uint,
            uint,
            void> _parallel;
        private readonly delegate* unmanaged[Cdecl]<int> _thread;
        private readonly delegate* unmanaged[Cdecl]<int> _threads;

        private Gnu(nint parallel, nint thread, nint threads)
        {
            _parallel = (delegate* unmanaged[Cdecl]<
                delegate* unmanaged[Cdecl]<nint, void>,
                nint,
                uint,
                uint,
                void>)parallel;
            _thread = (delegate* unmanaged[Cdecl]<int>)thread;
            _threads = (delegate* unmanaged[Cdecl]<int>)threads;
        }

        public static Gnu? Find()
        {
            TorchNative.EnsureLoaded();
            // by the name of who needs it, whose own name differs from build to build
            return
                OperatingSystem.IsLinux()
                && NativeLibrary.TryLoad("libtorch_cpu.so", out var torch)
                && NativeLibrary.TryGetExport(torch, "GOMP_parallel", out var parallel)
                && NativeLibrary.TryGetExport(torch, "omp_get_thread_num", out var thread)
                && NativeLibrary.TryGetExport(torch, "omp_get_num_threads", out var threads)
                ? new(parallel, thread, threads)
                : null;
        }

        public void Run(Work work)
        {
            var handle = GCHandle.Alloc(work);
            try
            {
                // 0 threads: as many as are set
                _parallel(&OfThread, GCHandle.ToIntPtr(handle), 0, 0);
            }
            finally
            {
                handle.Free();
            }
        }

        // how many there are is asked here: they may be fewer than are set
        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        private static void OfThread(nint work) =>
            ((Work)GCHandle.FromIntPtr(work).Target!).Share(s_gnu!._thread(), s_gnu._threads());
    }
}
