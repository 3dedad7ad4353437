import { mount } from 'svelte';
import '../app.css';
import Parents from './Parents.svelte';

mount(Parents, { target: document.getElementById('app')! });
